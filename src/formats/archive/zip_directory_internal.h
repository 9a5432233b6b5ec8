// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the central directory of a zip file.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "formats/archive/byte_sources_internal.h"

namespace healix::formats::archive {

/// Is one line of the directory.
struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t header_offset = 0;
  std::uint16_t unix_mode = 0;  ///< 0 when the archive was not made on Unix
};

/// Returns the entries in the order in which their bytes lie in the file. zip64 is understood.
/// Errors   kArchiveInvalid (no directory: truncated; entries outside the file), kLimitExceeded,
///          kUnsupported (several disks), kArchiveBomb (entries overlap).
Result<std::vector<ZipEntry>> ReadZipDirectory(RandomBytes& bytes, std::uint64_t members_max);

/// Returns where the content of an entry begins, behind its local header.
/// Errors   kArchiveInvalid when the header is not there or has another name.
Result<std::uint64_t> FindZipContent(RandomBytes& bytes, const ZipEntry& entry);

}  // namespace healix::formats::archive
