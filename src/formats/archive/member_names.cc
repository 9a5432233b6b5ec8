// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text/utf8.h"
#include "formats/archive/member_names_internal.h"

namespace healix::formats::archive {
namespace {

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

/// Calls `judge` with each part between slashes until it returns true.
template <typename Judge>
bool AnyPart(std::string_view name, Judge judge) {
  while (true) {
    const std::size_t slash = std::min(name.find_first_of("/\\"), name.size());
    if (judge(name.substr(0, slash))) return true;
    if (slash == name.size()) return false;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string_view WhyUnsafe(std::string_view name) {
  if (name.empty()) return "the name is empty";
  if (std::any_of(name.begin(), name.end(), IsControl)) return "the name has control characters";
  if (name.front() == '/' || name.front() == '\\') return "the path is absolute";
  if (name.size() >= 2 && name[1] == ':') return "the path has a drive letter";
  if (AnyPart(name, [](std::string_view part) { return part == ".."; })) {
    return "the path climbs out with '..'";
  }
  return "";
}

bool IsSideFile(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames = {".DS_Store", "Thumbs.db",
                                                             "desktop.ini", ".directory"};
  const std::string_view last = LastPart(name);
  return AnyPart(name, [](std::string_view part) { return part == "__MACOSX"; }) ||
         last.starts_with("._") || std::find(kNames.begin(), kNames.end(), last) != kNames.end();
}

std::string PrintableName(std::string_view name) {
  std::string printable;
  while (!name.empty()) {
    const std::size_t size = base::Utf8CharacterBytes(name);
    if (size == 0 || IsControl(name.front())) {
      printable += fmt::format("%{:02X}", static_cast<unsigned char>(name.front()));
    } else {
      printable += name.substr(0, size);
    }
    name.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return printable;
}

std::string_view LastPart(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

}  // namespace healix::formats::archive
