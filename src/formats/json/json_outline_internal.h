// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Remembers where the upper two levels of a parsed object stand in its canonical text.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/json/json_parser.h"
#include "formats/json/member_order_internal.h"

namespace healix::formats::json {

/// Finds members without scanning the text again.
/// Threads  one at a time while it is built, then any.
class JsonOutline final {
 public:
  void Clear();
  /// Says that the value of the next member of the outermost object starts or ends at this place
  /// of the source; members come in source order.
  void BeginValue(std::uint32_t source_at) { ranges_.push_back({source_at, source_at, 0, 0}); }
  void EndValue(std::uint32_t source_at) { ranges_.back().source_end = source_at; }
  /// Takes the sorted members of an object that is the value last begun. `begin` is its brace.
  void AddChild(std::span<const Member> members, std::uint32_t begin, std::uint32_t end);
  /// Takes the sorted members of the outermost object.
  void AddRoot(std::span<const Member> members, std::uint32_t end);

  std::optional<JsonField> Find(std::string_view text, std::string_view name) const;
  std::optional<JsonView> Find(std::string_view text, std::string_view parent,
                               std::string_view name) const;

 private:
  /// A value in the source, and its own members when it is an object with few of them.
  struct Range {
    std::uint32_t source_begin;
    std::uint32_t source_end;
    std::uint32_t child_first;
    std::uint32_t child_count;
  };
  struct Field {
    std::uint32_t name_begin;
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
    std::uint32_t index;  // into ranges_
    std::uint32_t value_begin() const { return name_begin + name_bytes + 2; }
  };

  static void Append(std::span<const Member> members, std::uint32_t base, std::uint32_t end,
                     std::vector<Field>& fields);
  static const Field* FindIn(std::span<const Field> fields, std::string_view text,
                             std::string_view name);

  std::vector<Range> ranges_;    // by source order
  std::vector<Field> fields_;    // of the outermost object, by name
  std::vector<Field> children_;  // places relative to the brace of their object
};

}  // namespace healix::formats::json
