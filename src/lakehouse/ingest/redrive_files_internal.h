// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads damaged files again, from where reading stopped.

#include <map>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/limits.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/quarantine.h"

namespace healix::lakehouse::ingest {

/// What became of the damage of one file.
struct FileRedriveOutcome {
  RecordCounts counts;
  ReceiptId receipt;                     ///< "" when nothing was taken in
  std::map<QuarantineId, Error> stayed;  ///< entries that stay, and why
};

/// Reads one file again for `entries`: rests of it and of its members, all of one source.
/// Errors   those of the store and the warehouse; what is wrong with the file is in `stayed`.
Result<FileRedriveOutcome> RedriveFile(const Parts& parts, const Limits& limits,
                                       const std::string& path,
                                       const std::vector<QuarantineEntry>& entries);

/// Says that a source file is gone or no longer what it was, and what to do.
Error SourceGone(const std::string& path);
Error SourceChanged(const std::string& path);

}  // namespace healix::lakehouse::ingest
