// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads escapes of JSON strings and writes the one form canonical text has.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace healix::formats::json {

/// One escape taken from the front of a text.
struct Escape {
  char32_t code_point = 0;
  std::size_t bytes = 0;  ///< of the source, with the backslash
};

/// Reads the escape at the front of `text`, which starts with a backslash; a surrogate pair is one.
/// Nothing when it is no escape, is cut off, or is half a surrogate pair.
std::optional<Escape> ReadEscape(std::string_view text);

/// Writes a character of a string in canonical form and returns the place behind it. Never longer
/// than the escape it came from.
char* WriteCanonical(char32_t code_point, char* to);

/// Turns the inside of a canonical string into its characters.
std::string UnescapeCanonical(std::string_view text);

}  // namespace healix::formats::json
