// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Hashes bytes with MurmurHash3, x86 32-bit variant, seed 0 (Austin Appleby, 2011).

#include <bit>
#include <cstdint>
#include <string_view>

namespace healix::lakehouse::iceberg {

inline std::int32_t Murmur3(std::string_view bytes) {
  constexpr std::uint32_t kFirst = 0xCC9E2D51U;
  constexpr std::uint32_t kSecond = 0x1B873593U;
  const auto byte_at = [&bytes](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  const auto scramble = [](std::uint32_t word) { return std::rotl(word * kFirst, 15) * kSecond; };

  std::uint32_t hash = 0;
  const std::size_t whole = bytes.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t word =
        byte_at(i) | byte_at(i + 1) << 8 | byte_at(i + 2) << 16 | byte_at(i + 3) << 24;
    hash = std::rotl(hash ^ scramble(word), 13) * 5 + 0xE6546B64U;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > whole; --i) tail = tail << 8 | byte_at(i - 1);
  hash ^= scramble(tail);
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85EBCA6BU;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35U;
  return std::bit_cast<std::int32_t>(hash ^ hash >> 16);
}

}  // namespace healix::lakehouse::iceberg
