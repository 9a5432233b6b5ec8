// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "formats/avro/json_internal.h"
#include "formats/avro/names_internal.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {
namespace {

/// Prints each named type in full where it comes first and by name afterwards.
class SchemaPrinter final {
 public:
  explicit SchemaPrinter(const Schema& schema) : schema_(schema) {}

  Json Print(NodeIndex index, std::string_view name_space) {
    const Node& node = schema_.node(index);
    switch (node.kind) {
      case Kind::kUnion: {
        Json branches = Json::array();
        for (const NodeIndex child : node.children) branches.push_back(Print(child, name_space));
        return branches;
      }
      case Kind::kRecord:
      case Kind::kEnum:
      case Kind::kFixed:
        return PrintNamed(index, name_space);
      default:
        return PrintUnnamed(node, name_space);
    }
  }

 private:
  static void PrintAttributes(const std::vector<Attribute>& attributes, Json& object) {
    for (const Attribute& attribute : attributes) {
      const Result<Json> value = ParseJson(attribute.json);
      if (value) object[attribute.name] = *value;
    }
  }

  Json PrintUnnamed(const Node& node, std::string_view name_space) {
    const bool is_primitive = node.children.empty();
    if (is_primitive && node.attributes.empty()) return Json(KindName(node.kind));
    Json object{{"type", KindName(node.kind)}};
    if (!is_primitive) {
      object[node.kind == Kind::kArray ? "items" : "values"] = Print(node.children[0], name_space);
    }
    PrintAttributes(node.attributes, object);
    return object;
  }

  // A type without namespace inside a namespace says so, or it would take that of its parent.
  Json PrintNamed(NodeIndex index, std::string_view outer) {
    const Node& node = schema_.node(index);
    const std::string_view name_space = NamespaceOf(node.name);
    if (!printed_.insert(index).second) return Json(node.name);
    Json object{{"type", KindName(node.kind)}, {"name", SimpleName(node.name)}};
    if (name_space != outer) object["namespace"] = name_space;
    if (!node.doc.empty()) object["doc"] = node.doc;
    if (!node.aliases.empty()) object["aliases"] = node.aliases;
    if (node.kind == Kind::kRecord) object["fields"] = PrintFields(node, name_space);
    if (node.kind == Kind::kEnum) object["symbols"] = node.symbols;
    if (node.default_symbol) object["default"] = *node.default_symbol;
    if (node.kind == Kind::kFixed) object["size"] = node.size_bytes;
    PrintAttributes(node.attributes, object);
    return object;
  }

  Json PrintFields(const Node& node, std::string_view name_space) {
    Json fields = Json::array();
    for (const Field& field : node.fields) {
      Json object{{"name", field.name}, {"type", Print(field.type, name_space)}};
      if (!field.doc.empty()) object["doc"] = field.doc;
      if (field.default_json) {
        const Result<Json> value = ParseJson(*field.default_json);
        if (value) object["default"] = *value;
      }
      if (!field.aliases.empty()) object["aliases"] = field.aliases;
      PrintAttributes(field.attributes, object);
      fields.push_back(std::move(object));
    }
    return fields;
  }

  const Schema& schema_;
  std::set<NodeIndex> printed_;
};

}  // namespace

const std::string& Schema::ToJson() const {
  std::call_once(graph_->printed,
                 [this] { graph_->json = PrintJson(SchemaPrinter(*this).Print(root(), "")); });
  return graph_->json;
}

}  // namespace healix::formats::avro
