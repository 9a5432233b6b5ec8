// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Puts every byte of a source into exactly one class.

#include <cstdint>

namespace healix::formats {

/// Counts source bytes by what became of them. When a cutter has reached the end of its stream,
/// total_bytes() is the length of the stream: nothing is counted twice and nothing is forgotten.
struct ByteAccount {
  std::uint64_t record_bytes = 0;    ///< inside records handed out
  std::uint64_t envelope_bytes = 0;  ///< around them: separators, blanks, a Bundle's own members
  std::uint64_t rejected_bytes = 0;  ///< inside what could not be a record

  std::uint64_t total_bytes() const { return record_bytes + envelope_bytes + rejected_bytes; }
};

}  // namespace healix::formats
