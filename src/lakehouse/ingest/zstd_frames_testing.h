// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes zstd frames by hand (RFC 8878), so that tests can break them anywhere.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace healix::lakehouse::ingest {

inline constexpr std::size_t kZstdBlockBytes = 131'072;  ///< the most one block may hold

/// A block of a frame: its content, and how often it stands there.
struct ZstdBlock {
  std::string content;
  bool is_repeated = false;  ///< one byte, kZstdBlockBytes times
  std::size_t count = 1;
};

/// Returns a block that holds `text` as it is.
inline ZstdBlock ZstdRaw(std::string_view text) { return {std::string(text)}; }

/// Returns `count` blocks of kZstdBlockBytes times one character, four bytes each.
inline ZstdBlock ZstdRepeated(char character, std::size_t count) {
  return {std::string(1, character), true, count};
}

/// Returns a frame of the blocks.
inline std::string ZstdFrame(const std::vector<ZstdBlock>& blocks) {
  std::string frame("\x28\xB5\x2F\xFD\x00\x38", 6);
  std::size_t left = 0;
  for (const ZstdBlock& block : blocks) left += block.count;
  for (const ZstdBlock& block : blocks) {
    for (std::size_t i = 0; i < block.count; ++i) {
      const auto bytes =
          static_cast<std::uint32_t>(block.is_repeated ? kZstdBlockBytes : block.content.size());
      const std::uint32_t kind = block.is_repeated ? 1 : 0;
      const std::uint32_t header = (bytes << 3) | (kind << 1) | (--left == 0 ? 1 : 0);
      for (int shift = 0; shift < 24; shift += 8) {
        frame += static_cast<char>((header >> shift) & 0xFF);
      }
      frame += block.content;
    }
  }
  return frame;
}

}  // namespace healix::lakehouse::ingest
