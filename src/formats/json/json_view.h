// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Looks into canonical JSON without copying it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace healix::formats::json {

enum class JsonKind : std::uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull };

/// One value inside canonical text (the output of JsonParser, nothing else).
/// Owns     nothing; lives as long as the text.
/// PHI      as the record it looks into.
/// Example  JsonViewTest.FindsMembersAndElements
class JsonView final {
 public:
  explicit JsonView(std::string_view canonical) : text_(canonical) {}

  JsonKind kind() const;
  /// The canonical text of the value. Of a number: its digits exactly as in the source.
  std::string_view text() const { return text_; }

  /// Finds a member of an object by name (plain ASCII without escapes); nothing for other kinds.
  std::optional<JsonView> Member(std::string_view name) const;
  /// Returns the first element of an array; nothing when it is empty or of another kind.
  std::optional<JsonView> FirstElement() const;
  /// Returns the element behind this one. `array` is the array that this is an element of.
  std::optional<JsonView> NextElement(const JsonView& array) const;
  /// The characters of a string, unescaped, as UTF-8; nothing for other kinds.
  std::optional<std::string> String() const;

 private:
  std::string_view text_;
};

}  // namespace healix::formats::json
