// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "formats/fhir/bundle_head_internal.h"
#include "formats/json/json_head.h"

namespace healix::formats::fhir {
namespace {

constexpr std::array<std::string_view, 5> kBundleEntryMembers = {"fullUrl", "resource", "request",
                                                                 "response", "search"};

bool FirstEntryIsOfABundle(std::string_view array) {
  const std::size_t begin = array.find_first_not_of(" \t\r\n", 1);
  if (begin == std::string_view::npos) return false;
  json::JsonHead entry(array.substr(begin));
  while (const auto member = entry.Next()) {
    const auto& names = kBundleEntryMembers;
    if (std::find(names.begin(), names.end(), member->name) != names.end()) return true;
  }
  return false;
}

}  // namespace

bool LooksLikeBundle(std::string_view head) {
  json::JsonHead object(head);
  while (const auto member = object.Next()) {
    if (member->name == "resourceType") return member->value == "\"Bundle\"";
    if (member->name == "entry" && member->value.starts_with('[')) {
      return FirstEntryIsOfABundle(member->value);
    }
  }
  return false;
}

}  // namespace healix::formats::fhir
