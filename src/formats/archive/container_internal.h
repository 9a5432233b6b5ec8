// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Walks the entries of one archive; tar and zip are the two.

#include <memory>
#include <optional>
#include <string>

#include "base/result/result.h"
#include "formats/archive/byte_sources_internal.h"
#include "formats/archive/decompress_internal.h"

namespace healix::formats::archive {

enum class EntryType : std::uint8_t { kFile, kFolder, kLinkOrDevice };

/// Is one entry as the archive tells it; nothing is judged yet.
struct Entry {
  std::string name;
  EntryType type = EntryType::kFile;
  std::optional<Error> refusal;  ///< it can't be unpacked; the archive goes on behind it
  MeteredStream content;         ///< empty stream when there is none; ends with the next Next()
};

class Container {
 public:
  virtual ~Container() = default;
  /// Returns the next entry, or nothing at the end. An error is final for this archive.
  virtual Result<std::optional<Entry>> Next() = 0;
};

/// Reads tar: ustar, pax, GNU long names. The two zero blocks at the end are required, as without
/// them a truncated archive can't be told from a whole one.
std::unique_ptr<Container> ReadTar(MeteredStream bytes);

/// Reads zip: stored, deflate and zstd members, zip64, data descriptors, by the central directory
/// and in the order of their bytes. `meter` is that of the layers around it.
/// Errors   kArchiveInvalid without a directory; kArchiveBomb when members overlap.
Result<std::unique_ptr<Container>> ReadZip(std::shared_ptr<RandomBytes> bytes,
                                           std::shared_ptr<const ExpansionMeter> meter,
                                           const ArchiveLimits& limits);

/// Returns a stream that is at its end.
std::unique_ptr<base::ByteStream> EmptyStream();

}  // namespace healix::formats::archive
