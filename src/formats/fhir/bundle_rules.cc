// SPDX-License-Identifier: Apache-2.0
#include "base/result/result.h"
#include "formats/fhir/bundle_rules_internal.h"
#include "formats/json/json_head.h"
#include "formats/xml/xml_children.h"

namespace healix::formats::fhir {
namespace {

/// In canonical text a quote inside a string has a backslash, so this can only be a name.
constexpr std::string_view kResourceTypeMember = "\"resourceType\":";

bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

/// True when an element in the text has a name (behind a prefix) that starts with a capital letter.
bool HasXmlResource(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    std::string_view name = text.substr(at + 1);
    name = name.substr(0, name.find_first_of(" />"));
    const std::size_t colon = name.find(':');
    if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
    if (!name.empty() && IsCapital(name.front())) return true;
  }
  return false;
}

Error HoldsResource() {
  return MakeError(ErrorCode::kFhirResourceInvalid,
                   "a part of a Bundle that is no entry holds a resource");
}

}  // namespace

bool MayLackResource(std::string_view request_method, EntryResponse response) {
  return response == EntryResponse::kPresent || request_method == "DELETE" ||
         request_method == "GET" || request_method == "HEAD";
}

bool HidesJsonResource(std::string_view entry) {
  if (entry.find(kResourceTypeMember) == std::string_view::npos) return false;
  json::JsonHead members(entry);
  while (const auto member = members.Next()) {
    if (member->name == "response") continue;
    if (member->value.find(kResourceTypeMember) != std::string_view::npos) return true;
  }
  return false;
}

bool HidesXmlResource(std::string_view entry) {
  xml::XmlChildren children(entry);
  while (const auto child = children.Next()) {
    if (child->name != "response" && HasXmlResource(child->text)) return true;
  }
  return false;
}

Error NotAnEntry(std::uint64_t offset) {
  return MakeError(ErrorCode::kFhirResourceInvalid,
                   "an entry has no resource, and no request or response that could do without, "
                   "or has a resource where none belongs")
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

std::optional<Error> BundleMembers::Judge(std::string_view object) {
  const auto member = json::JsonHead(object).Next();
  HEALIX_CHECK(member.has_value(), "canonical text of one member");
  if (member->name == "entry") {
    if (!member->value.starts_with('[')) {
      return MakeError(ErrorCode::kFhirResourceInvalid, "the entry of a Bundle is no array");
    }
    return MakeError(ErrorCode::kJsonDuplicateKey, "the entry of a Bundle stands twice");
  }
  if (names_.size() >= kNamesMax) {
    return MakeError(ErrorCode::kFhirResourceInvalid, "a Bundle has more than {} members",
                     kNamesMax);
  }
  if (!names_.emplace(member->name).second) {
    return MakeError(ErrorCode::kJsonDuplicateKey, "a member of a Bundle stands twice");
  }
  if (member->name == "resourceType" && member->value != "\"Bundle\"") {
    return MakeError(ErrorCode::kFhirResourceInvalid, "what has entries is no Bundle");
  }
  const bool may_hold = member->name == "issues";
  if (!may_hold && member->value.find(kResourceTypeMember) != std::string_view::npos) {
    return HoldsResource();
  }
  return std::nullopt;
}

std::optional<Error> JudgeXmlChild(std::string_view name, std::string_view child) {
  if (name == "issues" || !HasXmlResource(child)) return std::nullopt;
  return HoldsResource();
}

}  // namespace healix::formats::fhir
