// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads tags at the front of a text.

#include <cstdint>
#include <optional>
#include <string_view>

namespace healix::formats::xml {

/// The name of the tag that starts with the first character (`<` or the `/` of an end tag).
inline std::string_view TagName(std::string_view tag) {
  return tag.substr(1, tag.find_first_of(" \t\r\n/>", 1) - 1);
}

/// A name without its prefix.
inline std::string_view LocalName(std::string_view name) {
  return name.substr(name.rfind(':') + 1);  // npos + 1 is 0: no prefix, the whole
}

/// The length of the tag at the front, with `>`; nothing when its end is not there. A `>` in
/// quotes is no end.
std::optional<std::size_t> TagBytes(std::string_view text);

}  // namespace healix::formats::xml
