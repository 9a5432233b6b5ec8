// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_view.h"

#include "base/result/check.h"
#include "formats/json/string_escapes_internal.h"
#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {
namespace {

/// Takes the value at the front of canonical text.
std::string_view FrontValue(std::string_view text) {
  StructureScanner scanner(text.front(), NewlineRule::kBlank);
  return text.substr(0, scanner.Scan(text).bytes);
}

}  // namespace

JsonKind JsonView::kind() const {
  HEALIX_CHECK(!text_.empty(), "a view of nothing");
  switch (text_.front()) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBoolean;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

std::optional<JsonView> JsonView::Member(std::string_view name) const {
  if (kind() != JsonKind::kObject) return std::nullopt;
  std::string_view rest = text_.substr(1);
  while (rest.front() == '"') {
    const std::string_view key = FrontValue(rest);
    rest.remove_prefix(key.size() + 1);
    const std::string_view value = FrontValue(rest);
    if (key.substr(1, key.size() - 2) == name) return JsonView(value);
    rest.remove_prefix(value.size());
    if (rest.front() == ',') rest.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<JsonView> JsonView::FirstElement() const {
  if (kind() != JsonKind::kArray || text_ == "[]") return std::nullopt;
  return JsonView(FrontValue(text_.substr(1)));
}

std::optional<JsonView> JsonView::NextElement(const JsonView& array) const {
  const char* const end = text_.data() + text_.size();
  if (*end != ',') return std::nullopt;
  const char* const array_end = array.text_.data() + array.text_.size();
  return JsonView(FrontValue({end + 1, static_cast<std::size_t>(array_end - end - 1)}));
}

std::optional<std::string> JsonView::String() const {
  if (kind() != JsonKind::kString) return std::nullopt;
  return UnescapeCanonical(text_.substr(1, text_.size() - 2));
}

}  // namespace healix::formats::json
