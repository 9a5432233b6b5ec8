// SPDX-License-Identifier: Apache-2.0
#include "base/text/printable.h"

#include "base/text/utf8.h"

namespace healix::base {
namespace {

void AppendEscaped(std::string& shown, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    shown += "\\x";
    shown += kDigits[byte >> 4];
    shown += kDigits[byte & 15];
  }
}

bool Steers(std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 1:
      return at(0) < 0x20 || at(0) == 0x7F;
    case 2:
      return at(0) == 0xC2 && at(1) < 0xA0;
    case 3:
      if (at(0) != 0xE2) return false;
      if (at(1) == 0x80) return at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xA8 && at(2) <= 0xAE);
      return at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9;
    default:
      return false;
  }
}

}  // namespace

std::string Printable(std::string_view text, std::string_view kept) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = Utf8CharacterBytes(text);
    const std::string_view character = text.substr(0, bytes == 0 ? 1 : bytes);
    const bool is_kept = bytes == 1 && kept.find(character) != std::string_view::npos;
    if (!is_kept && (bytes == 0 || Steers(character))) {
      AppendEscaped(shown, character);
    } else {
      shown += character;
    }
    text.remove_prefix(character.size());
  }
  return shown;
}

}  // namespace healix::base
