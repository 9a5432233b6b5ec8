// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Unpacks metadata files that were written with gzip.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::lakehouse::iceberg {

inline bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

/// Errors   kMetadataInvalid, kLimitExceeded (more than `bytes_max` come out).
Result<std::string> Gunzip(std::string_view bytes, std::uint64_t bytes_max);

}  // namespace healix::lakehouse::iceberg
