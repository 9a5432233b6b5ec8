// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes record batches as an Arrow IPC file, the format that pandas, R and Polars map.
/// Source   https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format

#include <cstdint>
#include <string>

#include "base/io/file_system.h"
#include "base/result/result.h"

extern "C" struct ArrowArrayStream;

namespace healix::formats::arrow_ipc {

/// Writes all batches of `stream` (C stream interface; taken over and released) to `path`, with
/// zstd-compressed buffers, durably: a crash leaves the whole file or none.
/// Returns  the number of rows.
/// Errors   kQueryFailed when the stream fails (ask its producer why), kUnsupported for a type
///          Arrow can't store, and those of base::FileSystem.
/// Example  ArrowFileTest.WritesWhatItReadsBack
Result<std::uint64_t> WriteArrowFile(base::FileSystem& files, const std::string& path,
                                     ArrowArrayStream* stream);

/// Counts the rows of an Arrow IPC file. Errors kInvalidArgument when it is none.
Result<std::uint64_t> CountRows(const std::string& path);

}  // namespace healix::formats::arrow_ipc
