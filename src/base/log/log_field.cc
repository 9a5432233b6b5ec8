// SPDX-License-Identifier: Apache-2.0
#include "base/log/log_field.h"

#include <cmath>

#include "base/text/utf8.h"

namespace healix::base {
std::string LogField::Quote(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t size = Utf8CharacterBytes(text);
    const char c = text.front();
    if (size == 0) {
      json += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      json += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return json + '"';
}

std::string LogField::NumberOrNull(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

}  // namespace healix::base
