// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_outline_internal.h"

namespace healix::formats::json {
namespace {

/// An object with more members is no FHIR resource; it is searched in its text instead.
constexpr std::size_t kChildMembersMax = 256;

}  // namespace

void JsonOutline::Clear() {
  ranges_.clear();
  fields_.clear();
  children_.clear();
}

void JsonOutline::AddChild(std::span<const Member> members, std::uint32_t begin,
                           std::uint32_t end) {
  if (members.size() > kChildMembersMax) return;
  ranges_.back().child_first = static_cast<std::uint32_t>(children_.size());
  ranges_.back().child_count = static_cast<std::uint32_t>(members.size());
  Append(members, begin, end, children_);
}

void JsonOutline::AddRoot(std::span<const Member> members, std::uint32_t end) {
  Append(members, 0, end, fields_);
}

void JsonOutline::Append(std::span<const Member> members, std::uint32_t base, std::uint32_t end,
                         std::vector<Field>& fields) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    const std::uint32_t value_end = i + 1 < members.size() ? members[i + 1].begin - 1 : end;
    fields.push_back({member.begin + 1 - base, member.name_bytes, value_end - member.value_begin(),
                      member.index});
  }
}

const JsonOutline::Field* JsonOutline::FindIn(std::span<const Field> fields, std::string_view text,
                                              std::string_view name) {
  for (const Field& field : fields) {
    if (field.name_bytes == name.size() && text.substr(field.name_begin, name.size()) == name) {
      return &field;
    }
  }
  return nullptr;
}

std::optional<JsonField> JsonOutline::Find(std::string_view text, std::string_view name) const {
  const Field* const field = FindIn(fields_, text, name);
  if (field == nullptr) return std::nullopt;
  const Range& range = ranges_[field->index];
  return JsonField{JsonView(text.substr(field->value_begin(), field->value_bytes)),
                   range.source_begin, range.source_end - range.source_begin};
}

std::optional<JsonView> JsonOutline::Find(std::string_view text, std::string_view parent,
                                          std::string_view name) const {
  const Field* const owner = FindIn(fields_, text, parent);
  if (owner == nullptr) return std::nullopt;
  const std::string_view object = text.substr(owner->value_begin(), owner->value_bytes);
  const Range& range = ranges_[owner->index];
  if (range.child_count == 0) return JsonView(object).Member(name);
  const auto children = std::span(children_).subspan(range.child_first, range.child_count);
  const Field* const field = FindIn(children, object, name);
  if (field == nullptr) return std::nullopt;
  return JsonView(object.substr(field->value_begin(), field->value_bytes));
}

}  // namespace healix::formats::json
