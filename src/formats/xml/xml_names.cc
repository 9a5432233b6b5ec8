// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_names_internal.h"

namespace healix::formats::xml {

std::optional<std::size_t> TagBytes(std::string_view text) {
  std::size_t at = 0;
  for (;;) {
    at = text.find_first_of("\"'>", at);
    if (at == std::string_view::npos) return std::nullopt;
    if (text[at] == '>') return at + 1;
    at = text.find(text[at], at + 1);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
}

}  // namespace healix::formats::xml
