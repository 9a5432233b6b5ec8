// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the characters of UTF-8 text.

#include <cstddef>
#include <string_view>

namespace healix::base {

/// Returns how many bytes the character at the front of `text` (not empty) has, 1 to 4; 0 when the
/// bytes there are not UTF-8: overlong, a surrogate, beyond U+10FFFF, cut off.
/// Source   Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences".
std::size_t Utf8CharacterBytes(std::string_view text);

}  // namespace healix::base
