// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads bytes from front to back without knowing where they come from.

#include <cstddef>
#include <span>

#include "base/result/result.h"

namespace healix::base {

/// Delivers bytes once, in order: a file, an archive member, a decompressor, a test text.
/// Threads  one at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Fills the front of `buffer` (not empty) and returns how much; 0 only at the end.
  /// Errors   those of the source: kIoFailed, kArchiveInvalid, kArchiveBomb, kInputVanished ...
  virtual Result<std::size_t> Read(std::span<std::byte> buffer) = 0;
};

}  // namespace healix::base
