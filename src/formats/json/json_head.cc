// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_head.h"

#include "formats/json/string_escapes_internal.h"
#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// Removes blanks and other `characters` from the front and says whether something is left.
bool SkipAny(std::string_view& text, std::string_view characters) {
  const std::size_t at = text.find_first_not_of(characters);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
  return !text.empty();
}

std::string_view TakeValue(std::string_view& text) {
  StructureScanner scanner(text.front(), NewlineRule::kBlank);
  const std::string_view value = text.substr(0, scanner.Scan(text).bytes);
  text.remove_prefix(value.size());
  return value;
}

}  // namespace

bool Spells(std::string_view raw, std::string_view word) {
  if (raw == word) return true;
  for (const char c : word) {
    if (raw.empty()) return false;
    std::size_t bytes = 1;
    if (raw.front() == '\\') {
      const auto escape = ReadEscape(raw);
      if (!escape || escape->code_point != static_cast<char32_t>(c)) return false;
      bytes = escape->bytes;
    } else if (raw.front() != c) {
      return false;
    }
    raw.remove_prefix(bytes);
  }
  return raw.empty();
}

JsonHead::JsonHead(std::string_view head) : rest_(head) {
  if (SkipAny(rest_, kBlanks) && rest_.front() == '{') {
    rest_.remove_prefix(1);
  } else {
    rest_ = {};
  }
}

std::optional<HeadMember> JsonHead::Next() {
  if (!SkipAny(rest_, " \t\r\n,") || rest_.front() != '"') return std::nullopt;
  const std::string_view name = TakeValue(rest_);
  if (!SkipAny(rest_, kBlanks) || rest_.front() != ':') return std::nullopt;
  rest_.remove_prefix(1);
  if (!SkipAny(rest_, kBlanks)) return std::nullopt;
  return HeadMember{name.substr(1, name.size() - 2), TakeValue(rest_)};
}

}  // namespace healix::formats::json
