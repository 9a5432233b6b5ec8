// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Sorts the members of one object inside canonical text and finds names that stand twice.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace healix::formats::json {

/// A member as it stands in canonical text: `"name":value`, followed by a comma or the end.
struct Member {
  std::uint64_t name_front = 0;    ///< first 8 bytes of the name, big endian, zeros behind it
  std::uint32_t begin = 0;         ///< of the opening quote of the name
  std::uint32_t name_bytes = 0;    ///< without the quotes
  std::uint32_t source_begin = 0;  ///< of the name in the source
  std::uint32_t index = 0;         ///< position in the source object

  std::uint32_t value_begin() const { return begin + name_bytes + 3; }
};

/// Sorts objects in place. Keeps a scratch copy of the largest object that was out of order.
/// Threads  one at a time.
class MemberOrder final {
 public:
  /// Sorts `members` (in text order, adjoining, the last one ending at `end`) by name and moves
  /// their text to match; afterwards `begin` of each is its new place.
  /// Equal names keep their order.
  /// Returns  the source position of the second of two equal names, when there are any.
  std::optional<std::uint32_t> Sort(char* text, std::span<Member> members, std::uint32_t end);

 private:
  void MoveText(char* text, std::span<Member> members, std::uint32_t end);

  std::vector<char> scratch_;
  std::vector<std::uint32_t> ends_;  // by source index
};

}  // namespace healix::formats::json
