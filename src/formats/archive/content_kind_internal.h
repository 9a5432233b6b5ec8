// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells what bytes are by their first 512, and what a name promises by its ending.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace healix::formats::archive {

enum class ContentKind : std::uint8_t {
  kPlain,
  kGzip,
  kZstd,
  kZip,
  kTar,
  kBzip2,     // known, not read
  kXz,        // known, not read
  kSevenZip,  // known, not read
  kLz4,       // known, not read
  kRar,       // known, not read
};

/// Returns `gzip`, `zstd` ... for messages.
std::string_view Name(ContentKind kind);
inline bool IsReadable(ContentKind kind) { return kind <= ContentKind::kTar; }
inline bool IsCompression(ContentKind kind) {
  return kind == ContentKind::kGzip || kind == ContentKind::kZstd;
}

/// Judges by magic numbers; tar also by its header checksum, as old ones have no magic.
ContentKind KindOfContent(std::span<const std::byte> front);

/// What the last ending of a name promises, and the name that its content should have.
struct Promise {
  ContentKind kind = ContentKind::kPlain;
  std::string inner_name;  ///< `a.json` for `a.json.gz`, `a.tar` for `a.tgz`
};
Promise PromiseOfName(std::string_view name);

/// Returns true when the block has a valid tar header checksum.
bool HasTarChecksum(std::span<const std::byte> block);

}  // namespace healix::formats::archive
