// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells lines, values and one array apart by the front of the text.

#include <cstdint>
#include <optional>
#include <string_view>

namespace healix::formats::json {

enum class JsonLayout : std::uint8_t {
  kLines,   ///< a newline ends each value (NDJSON)
  kValues,  ///< values over any number of lines
  kArray,   ///< elements of one outer array
};

/// How much text may be wanted before the layout is decided.
inline constexpr std::size_t kLayoutHeadBytes = std::size_t{1} << 20;

/// Whether more text could follow the one given.
enum class TextRest : std::uint8_t { kMore, kNone };

/// Decides the layout by `text`, which starts with no blank. Nothing: give more, up to
/// kLayoutHeadBytes.
std::optional<JsonLayout> SniffLayout(std::string_view text, TextRest rest);

}  // namespace healix::formats::json
