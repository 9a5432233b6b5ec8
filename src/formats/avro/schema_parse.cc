// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "formats/avro/json_internal.h"
#include "formats/avro/names_internal.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {
namespace {

constexpr std::size_t kFixedBytesMax = std::size_t{1} << 30;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kAvroInvalid, "the Avro schema is wrong: {}", SafeReason(reason));
}

Node NodeOf(Kind kind) {
  Node node;
  node.kind = kind;
  return node;
}

bool IsNamed(Kind kind) {
  return kind == Kind::kRecord || kind == Kind::kEnum || kind == Kind::kFixed;
}

std::string TextMember(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<std::vector<std::string>> TextList(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return Invalid("a list of names is not a list");
  for (const Json& item : list) {
    if (!item.is_string()) return Invalid("a list of names holds something else");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::optional<std::int64_t> IntegerIn(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<Attribute> AttributesBeside(const Json& object, const std::set<std::string>& known) {
  std::vector<Attribute> attributes;
  for (const auto& [name, value] : object.items()) {
    if (known.contains(name)) continue;
    std::string text = PrintJson(value);
    const std::optional<std::int64_t> number = IntegerIn(text);
    attributes.push_back({name, std::move(text), number});
  }
  return attributes;
}

const std::set<std::string>& KnownMembers(Kind kind) {
  static const std::map<Kind, std::set<std::string>> known{
      {Kind::kRecord, {"type", "name", "namespace", "doc", "aliases", "fields"}},
      {Kind::kEnum, {"type", "name", "namespace", "doc", "aliases", "symbols", "default"}},
      {Kind::kFixed, {"type", "name", "namespace", "aliases", "size"}},
      {Kind::kArray, {"type", "items"}},
      {Kind::kMap, {"type", "values"}},
  };
  static const std::set<std::string> primitive{"type"};
  const auto found = known.find(kind);
  return found == known.end() ? primitive : found->second;
}

const std::set<std::string> kFieldMembers{"name", "type", "doc", "default", "aliases"};

}  // namespace

/// Builds the nodes of one schema. A named type gets its index before its fields are read, so that
/// they can refer to it.
class SchemaParser final {
 public:
  Result<Schema> Parse(const Json& json) {
    HEALIX_TRY(graph_->root, ParseType(json, "", 0));
    return Schema(std::move(graph_));
  }

 private:
  Result<NodeIndex> ParseType(const Json& json, const std::string& name_space, int depth) {
    if (depth > Schema::kSchemaDepthMax || graph_->nodes.size() >= Schema::kSchemaNodesMax) {
      return MakeError(ErrorCode::kLimitExceeded, "the Avro schema is too deep or too large");
    }
    if (json.is_string()) return ParseName(json.get<std::string>(), name_space);
    if (json.is_array()) return ParseUnion(json, name_space, depth);
    if (!json.is_object()) return Invalid("a type is neither a name nor an object nor a list");
    const auto type = json.find("type");
    if (type == json.end()) return Invalid("a type has no member `type`");
    if (!type->is_string()) return ParseWrapped(json, *type, {name_space, depth});
    const std::string kind_name = type->get<std::string>();
    const std::optional<Kind> kind = kind_name == "error" ? Kind::kRecord : KindOf(kind_name);
    if (!kind || *kind == Kind::kUnion) return ParseName(kind_name, name_space);
    if (IsNamed(*kind)) return ParseNamed(json, *kind, {name_space, depth});
    return ParseUnnamed(json, *kind, {name_space, depth});
  }

  struct Place {
    std::string name_space;
    int depth;
  };

  Result<NodeIndex> ParseName(const std::string& name, const std::string& name_space) {
    const std::optional<Kind> kind = KindOf(name);
    if (kind && *kind <= Kind::kString) return Add(NodeOf(*kind));
    const auto found = named_.find(Qualify(name, name_space));
    if (found != named_.end()) return found->second;
    const auto plain = named_.find(name);
    if (plain != named_.end()) return plain->second;
    return Invalid("a name stands for no type");
  }

  // {"type": {"type": "array", ...}, "x": 1}: the outer members belong to the inner type.
  Result<NodeIndex> ParseWrapped(const Json& json, const Json& inner, const Place& place) {
    HEALIX_TRY(const NodeIndex index, ParseType(inner, place.name_space, place.depth + 1));
    Node& node = graph_->nodes[index];
    if (node.kind == Kind::kUnion) return index;  // a union has no place for attributes
    std::set<std::string> taken = KnownMembers(node.kind);
    for (const Attribute& attribute : node.attributes) taken.insert(attribute.name);
    for (Attribute& attribute : AttributesBeside(json, taken)) {
      node.attributes.push_back(std::move(attribute));
    }
    return index;
  }

  Result<NodeIndex> ParseUnion(const Json& json, const std::string& name_space, int depth) {
    const NodeIndex index = Add(NodeOf(Kind::kUnion));
    std::set<std::pair<Kind, std::string>> seen;
    for (const Json& branch : json) {
      HEALIX_TRY(const NodeIndex child, ParseType(branch, name_space, depth + 1));
      const Node& node = graph_->nodes[child];
      if (node.kind == Kind::kUnion) return Invalid("a union holds a union");
      if (!seen.emplace(node.kind, node.name).second) return Invalid("a union names a type twice");
      graph_->nodes[index].children.push_back(child);
    }
    if (seen.empty()) return Invalid("a union has no branch");
    return index;
  }

  Result<NodeIndex> ParseUnnamed(const Json& json, Kind kind, const Place& place) {
    const NodeIndex index = Add(NodeOf(kind));
    graph_->nodes[index].attributes = AttributesBeside(json, KnownMembers(kind));
    if (kind != Kind::kArray && kind != Kind::kMap) return index;
    const auto child = json.find(kind == Kind::kArray ? "items" : "values");
    if (child == json.end()) return Invalid("an array or map does not say what it holds");
    HEALIX_TRY(const NodeIndex child_index, ParseType(*child, place.name_space, place.depth + 1));
    graph_->nodes[index].children = {child_index};
    return index;
  }

  Result<NodeIndex> ParseNamed(const Json& json, Kind kind, const Place& place) {
    const std::string name = TextMember(json, "name");
    if (name.empty()) return Invalid("a record, enum or fixed has no name");
    const bool has_namespace = json.contains("namespace");
    Node node = NodeOf(kind);
    node.name = Qualify(name, has_namespace ? TextMember(json, "namespace") : place.name_space);
    node.doc = TextMember(json, "doc");
    node.attributes = AttributesBeside(json, KnownMembers(kind));
    const std::string own_namespace(NamespaceOf(node.name));
    if (const auto aliases = json.find("aliases"); aliases != json.end()) {
      HEALIX_TRY(const std::vector<std::string> names, TextList(*aliases));
      for (const std::string& alias : names) node.aliases.push_back(Qualify(alias, own_namespace));
    }
    const std::string full_name = node.name;
    if (full_name.front() == '.' || full_name.back() == '.') return Invalid("a name is empty");
    const NodeIndex index = Add(std::move(node));
    if (!named_.emplace(full_name, index).second) return Invalid("a type is defined twice");
    const Place inside{own_namespace, place.depth};
    if (kind == Kind::kRecord) HEALIX_RETURN_IF_ERROR(ParseFields(json, index, inside));
    if (kind == Kind::kEnum) HEALIX_RETURN_IF_ERROR(ParseSymbols(json, index));
    if (kind == Kind::kFixed) HEALIX_RETURN_IF_ERROR(ParseSize(json, index));
    return index;
  }

  Status ParseFields(const Json& json, NodeIndex record, const Place& place) {
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) return Invalid("a record has no fields");
    std::set<std::string> seen;
    for (const Json& member : *fields) {
      HEALIX_TRY(Field field, ParseField(member, place));
      if (!seen.insert(field.name).second) return Invalid("a record names a field twice");
      graph_->nodes[record].fields.push_back(std::move(field));
    }
    return {};
  }

  Result<Field> ParseField(const Json& json, const Place& place) {
    if (!json.is_object()) return Invalid("a field is not an object");
    Field field;
    field.name = TextMember(json, "name");
    if (field.name.empty()) return Invalid("a field has no name");
    const auto type = json.find("type");
    if (type == json.end()) return Invalid("a field has no type");
    field.doc = TextMember(json, "doc");
    if (const auto value = json.find("default"); value != json.end()) {
      field.default_json = PrintJson(*value);
    }
    if (const auto aliases = json.find("aliases"); aliases != json.end()) {
      HEALIX_TRY(field.aliases, TextList(*aliases));
    }
    field.attributes = AttributesBeside(json, kFieldMembers);
    HEALIX_TRY(field.type, ParseType(*type, place.name_space, place.depth + 1));
    return field;
  }

  Status ParseSymbols(const Json& json, NodeIndex index) {
    const auto symbols = json.find("symbols");
    if (symbols == json.end()) return Invalid("an enum has no symbols");
    HEALIX_TRY(std::vector<std::string> names, TextList(*symbols));
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
      return Invalid("an enum names a symbol twice");
    }
    Node& node = graph_->nodes[index];
    node.symbols = std::move(names);
    const auto fallback = json.find("default");
    if (fallback == json.end()) return {};
    if (!fallback->is_string()) return Invalid("the default of an enum is not a symbol");
    node.default_symbol = fallback->get<std::string>();
    if (std::ranges::find(node.symbols, *node.default_symbol) == node.symbols.end()) {
      return Invalid("the default of an enum is not one of its symbols");
    }
    return {};
  }

  Status ParseSize(const Json& json, NodeIndex index) {
    const auto size = json.find("size");
    const bool is_sound =
        size != json.end() && size->is_number_unsigned() && *size <= kFixedBytesMax;
    if (!is_sound) return Invalid("a fixed has no sound size");
    graph_->nodes[index].size_bytes = size->get<std::size_t>();
    return {};
  }

  NodeIndex Add(Node node) {
    graph_->nodes.push_back(std::move(node));
    return static_cast<NodeIndex>(graph_->nodes.size() - 1);
  }

  std::shared_ptr<Schema::Graph> graph_ = std::make_shared<Schema::Graph>();
  std::map<std::string, NodeIndex> named_;
};

namespace {

/// Remembers the schemas that were read last.
/// Limits   kCountMax schemas, texts of kJsonBytesMax.
/// Threads  any.
class KnownSchemas final {
 public:
  std::optional<Schema> Find(std::string_view json) {
    const std::lock_guard lock(mutex_);
    const auto found = by_json_.find(json);
    return found == by_json_.end() ? std::nullopt : std::optional(found->second);
  }

  void Remember(std::string_view json, const Schema& schema) {
    if (json.size() > kJsonBytesMax) return;
    const std::lock_guard lock(mutex_);
    if (by_json_.size() >= kCountMax) by_json_.clear();
    by_json_.emplace(json, schema);
  }

 private:
  static constexpr std::size_t kCountMax = 32;
  static constexpr std::size_t kJsonBytesMax = std::size_t{16} << 10;

  std::mutex mutex_;
  std::map<std::string, Schema, std::less<>> by_json_;
};

}  // namespace

Result<Schema> Schema::Parse(std::string_view json) {
  static KnownSchemas& known = *new KnownSchemas;  // never destroyed: threads may still read
  if (auto found = known.Find(json)) return *std::move(found);
  HEALIX_TRY(const Json parsed, ParseJson(json));
  HEALIX_TRY(Schema schema, SchemaParser().Parse(parsed));
  known.Remember(json, schema);
  return schema;
}

}  // namespace healix::formats::avro
