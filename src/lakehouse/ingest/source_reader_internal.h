// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads byte ranges of source files again, through compression and archives.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::lakehouse::ingest {

/// A range of one source: `file` is a place as receipts name it (PlaceOfPath), with `!member` for
/// archives.
struct SourceRange {
  std::string file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::size_t index = 0;  ///< the caller's number, given back with the bytes
};

/// Returns the path of the file on disk that a place lies in.
/// Errors   kFileNotFound when no part of it is a file.
Result<std::string> FileOnDisk(base::FileSystem& files, const std::string& place);

/// Reads all ranges, each file once from front to back. Calls `on_range` for each, in the order in
/// which they lie in their files; a range behind the end has fewer bytes.
/// Errors   kFileNotFound (also a member that is gone), those of the archive and of `on_range`.
Status ReadRanges(base::FileSystem& files, std::vector<SourceRange> ranges,
                  const std::function<Status(const SourceRange&, std::string)>& on_range);

/// Returns source bytes as the UTF-8 text that has this SHA-256 (hexadecimal), decoded by the
/// encoding that gives it; nothing when the bytes are not that text.
std::optional<std::string> TextWithHash(std::string bytes, std::string_view sha256);

}  // namespace healix::lakehouse::ingest
