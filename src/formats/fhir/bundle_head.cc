// SPDX-License-Identifier: Apache-2.0
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
    for (const std::string_view name : kBundleEntryMembers) {
      if (json::Spells(member->name, name)) return true;
    }
  }
  return false;
}

bool IsStringBundle(std::string_view value) {
  return value.size() > 2 && value.front() == '"' &&
         json::Spells(value.substr(1, value.size() - 2), "Bundle");
}

}  // namespace

bool LooksLikeBundle(std::string_view head) {
  bool has_bundle_entries = false;
  json::JsonHead object(head);
  while (const auto member = object.Next()) {
    if (json::Spells(member->name, "resourceType")) return IsStringBundle(member->value);
    if (json::Spells(member->name, "entry") && member->value.starts_with('[')) {
      has_bundle_entries = FirstEntryIsOfABundle(member->value);
    }
  }
  return has_bundle_entries;
}

}  // namespace healix::formats::fhir
