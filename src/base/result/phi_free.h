// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Decides which values may stand in an error message or a log line.

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace healix {

/// Vouches for a text that can't hold personal data: a path, a column or setting name, a hash.
/// The named makers below are the only way to make one, so a reviewer finds them all.
/// PHI      never wrap a value that came from inside a record.
class SafeText final {
 public:
  const std::string& text() const { return text_; }

 private:
  explicit SafeText(std::string_view text) : text_(text) {}
  friend SafeText SafePath(std::string_view);
  friend SafeText SafeName(std::string_view);
  friend SafeText SafeReason(std::string_view);
  std::string text_;
};

/// Vouches for a path or URI of a file, an archive member or a home folder.
inline SafeText SafePath(std::string_view path) { return SafeText(path); }
/// Vouches for a schema name: table, column, setting, FHIR type, code of a code system we own.
inline SafeText SafeName(std::string_view name) { return SafeText(name); }
/// Vouches for a text of the operating system or a library about its own state (`No such file`).
inline SafeText SafeReason(std::string_view reason) { return SafeText(reason); }

/// Values that can't identify a person: numbers, enums with a formatter, vouched texts, literals.
template <typename T>
concept PhiFree =
    std::integral<std::remove_cvref_t<T>> || std::is_enum_v<std::remove_cvref_t<T>> ||
    std::floating_point<std::remove_cvref_t<T>> || std::same_as<std::remove_cvref_t<T>, SafeText> ||
    (std::is_array_v<std::remove_reference_t<T>> &&
     std::is_same_v<std::remove_extent_t<std::remove_reference_t<T>>, const char>);

}  // namespace healix

template <>
struct fmt::formatter<healix::SafeText> : fmt::formatter<std::string_view> {
  auto format(const healix::SafeText& value, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(value.text(), context);
  }
};
