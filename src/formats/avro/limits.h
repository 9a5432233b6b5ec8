// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Bounds what an Avro file of others may ask of us.

#include <cstdint>

namespace healix::formats::avro {

struct Limits {
  std::uint64_t header_bytes = std::uint64_t{32} << 20;
  std::uint64_t block_bytes = std::uint64_t{64} << 20;  ///< compressed, and decompressed
  std::uint64_t string_bytes = std::uint64_t{64} << 20;
  int depth = 64;
  std::uint64_t object_values = 4'000'000;  ///< values inside one object, at any depth
  /// Values per block that take no bytes (null, empty records): they are free to write, not to
  /// read.
  std::uint64_t empty_values = 1'000'000;
};

}  // namespace healix::formats::avro
