// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "formats/xml/character_check_internal.h"

namespace healix::formats::xml {
namespace {

constexpr std::array<std::string_view, 5> kEntities = {"amp", "lt", "gt", "quot", "apos"};
constexpr std::size_t kReferenceBytesMax = 12;  // &#x10FFFF; with some leading zeros

bool IsXmlCharacter(unsigned long code_point) {
  if (code_point < 0x20) return code_point == 0x9 || code_point == 0xA || code_point == 0xD;
  return code_point < 0xD800 || (code_point >= 0xE000 && code_point <= 0xFFFD) ||
         (code_point >= 0x10000 && code_point <= 0x10FFFF);
}

/// Judges what stands between `&` and `;`.
bool IsReference(std::string_view name) {
  if (!name.starts_with('#')) {
    return std::find(kEntities.begin(), kEntities.end(), name) != kEntities.end();
  }
  const bool hexadecimal = name.starts_with("#x");
  const std::string_view digits = name.substr(hexadecimal ? 2 : 1);
  unsigned long code_point = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, code_point, hexadecimal ? 16 : 10);
  return read.ec == std::errc() && read.ptr == end && IsXmlCharacter(code_point);
}

std::size_t BehindSection(std::string_view text, std::size_t at, std::string_view end) {
  const std::size_t found = text.find(end, at);
  return found == std::string_view::npos ? text.size() : found + end.size();
}

}  // namespace

std::optional<std::size_t> FindForbiddenCharacter(std::string_view text) {
  const auto* const control = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && !IsXmlCharacter(byte);
  });
  if (control != text.end()) return static_cast<std::size_t>(control - text.begin());
  std::size_t at = text.find_first_of("&<");
  while (at != std::string_view::npos) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      at = BehindSection(text, at + 4, "-->");
    } else if (rest.starts_with("<![CDATA[")) {
      at = BehindSection(text, at, "]]>");
    } else if (rest.starts_with("<?")) {
      at = BehindSection(text, at, "?>");
    } else if (rest.front() == '<') {
      ++at;
    } else {
      const std::size_t end = rest.substr(0, kReferenceBytesMax).find(';');
      if (end == std::string_view::npos || !IsReference(rest.substr(1, end - 1))) return at;
      at += end;
    }
    at = text.find_first_of("&<", at);
  }
  return std::nullopt;
}

}  // namespace healix::formats::xml
