// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text/utf8.h"
#include "formats/cutting/utf8.h"
#include "lakehouse/ingest/place_names_internal.h"

namespace healix::lakehouse::ingest {

std::string PlaceOfPath(std::string_view path) {
  if (!formats::FindInvalidUtf8(path)) return std::string(path);
  std::string place;
  while (!path.empty()) {
    const std::size_t size = base::Utf8CharacterBytes(path);
    if (size == 0 || path.front() == '%') {
      place += fmt::format("%{:02X}", static_cast<unsigned char>(path.front()));
    } else {
      place += path.substr(0, size);
    }
    path.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return place;
}

std::string PathOfPlace(std::string_view place) {
  std::string path;
  while (!place.empty()) {
    unsigned char byte = 0;
    const char* const digits = place.data() + 1;
    const bool is_escape = place.front() == '%' && place.size() >= 3 &&
                           std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    path += is_escape ? static_cast<char>(byte) : place.front();
    place.remove_prefix(is_escape ? 3 : 1);
  }
  return path;
}

}  // namespace healix::lakehouse::ingest
