// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "formats/json/string_escapes_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::string_view kShortEscapes = "\"\\/bfnrt";
constexpr std::string_view kShortMeanings = "\"\\/\b\f\n\r\t";
constexpr std::size_t kUnicodeEscapeBytes = 6;  // \uXXXX

std::optional<char32_t> ReadUnit(std::string_view text) {
  if (text.size() < kUnicodeEscapeBytes || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  char32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    unit <<= 4;
    if (c >= '0' && c <= '9') {
      unit |= static_cast<char32_t>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      unit |= static_cast<char32_t>((c | 0x20) - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return unit;
}

char* WriteUtf8(char32_t code_point, char* to) {
  if (code_point < 0x80) {
    *to++ = static_cast<char>(code_point);
    return to;
  }
  if (code_point < 0x800) {
    *to++ = static_cast<char>(0xC0 | (code_point >> 6));
  } else if (code_point < 0x10000) {
    *to++ = static_cast<char>(0xE0 | (code_point >> 12));
    *to++ = static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
  } else {
    *to++ = static_cast<char>(0xF0 | (code_point >> 18));
    *to++ = static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    *to++ = static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
  }
  *to++ = static_cast<char>(0x80 | (code_point & 0x3F));
  return to;
}

}  // namespace

std::optional<Escape> ReadEscape(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  if (text[1] != 'u') {
    const std::size_t at = kShortEscapes.find(text[1]);
    if (at == std::string_view::npos) return std::nullopt;
    return Escape{static_cast<char32_t>(kShortMeanings[at]), 2};
  }
  const auto unit = ReadUnit(text);
  if (!unit || (*unit >= 0xDC00 && *unit < 0xE000)) return std::nullopt;
  if (*unit < 0xD800 || *unit >= 0xE000) return Escape{*unit, kUnicodeEscapeBytes};
  const auto low = ReadUnit(text.substr(kUnicodeEscapeBytes));
  if (!low || *low < 0xDC00 || *low >= 0xE000) return std::nullopt;
  return Escape{0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), 2 * kUnicodeEscapeBytes};
}

char* WriteCanonical(char32_t code_point, char* to) {
  const std::size_t at =
      code_point < 0x80 ? kShortMeanings.find(static_cast<char>(code_point)) : std::string::npos;
  if (at != std::string::npos && code_point != '/') {
    *to++ = '\\';
    *to++ = kShortEscapes[at];
    return to;
  }
  if (code_point >= 0x20) return WriteUtf8(code_point, to);
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::memcpy(to, "\\u00", 4);
  to[4] = kHexDigits[code_point >> 4];
  to[5] = kHexDigits[code_point & 0xF];
  return to + kUnicodeEscapeBytes;
}

std::string UnescapeCanonical(std::string_view text) {
  std::string characters;
  characters.reserve(text.size());
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\')) {
    characters.append(text.substr(0, at));
    const auto escape = ReadEscape(text.substr(at));
    if (!escape) break;  // canonical text has none of these
    characters.push_back(static_cast<char>(escape->code_point));  // escapes left are ASCII
    text.remove_prefix(at + escape->bytes);
  }
  return characters.append(text);
}

}  // namespace healix::formats::json
