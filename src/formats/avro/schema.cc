// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/schema.h"

#include <array>

#include "formats/avro/json_internal.h"
#include "formats/avro/names_internal.h"

namespace healix::formats::avro {
namespace {

constexpr std::array<std::string_view, 14> kKindNames{
    "null",   "boolean", "int",  "long",  "float", "double", "bytes",
    "string", "record",  "enum", "array", "map",   "union",  "fixed"};

const Attribute* Find(const std::vector<Attribute>& attributes, std::string_view name) {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

std::optional<std::int64_t> NumberIn(const std::vector<Attribute>& attributes,
                                     std::string_view name) {
  const Attribute* attribute = Find(attributes, name);
  return attribute == nullptr ? std::nullopt : attribute->number;
}

}  // namespace

std::string_view KindName(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> KindOf(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> Field::NumberAttribute(std::string_view attribute) const {
  return NumberIn(attributes, attribute);
}

std::optional<std::int64_t> Node::NumberAttribute(std::string_view attribute) const {
  return NumberIn(attributes, attribute);
}

std::string Node::TextAttribute(std::string_view attribute) const {
  const Attribute* found = Find(attributes, attribute);
  if (found == nullptr) return "";
  const Result<Json> json = ParseJson(found->json);
  return json && json->is_string() ? json->get<std::string>() : "";
}

const Node& Schema::node(NodeIndex index) const {
  HEALIX_CHECK(index < graph_->nodes.size(), "a node index of another schema");
  return graph_->nodes[index];
}

NodeIndex Schema::WithoutNull(NodeIndex index) const {
  const Node& found = node(index);
  if (found.kind != Kind::kUnion || found.children.size() != 2) return index;
  const bool first_is_null = node(found.children[0]).kind == Kind::kNull;
  const bool second_is_null = node(found.children[1]).kind == Kind::kNull;
  if (first_is_null == second_is_null) return index;
  return found.children[first_is_null ? 1 : 0];
}

}  // namespace healix::formats::avro
