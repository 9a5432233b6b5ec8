// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "lakehouse/iceberg/metadata_json_internal.h"
#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr int kTypeDepthMax = 64;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a schema is wrong: {}", SafeReason(reason));
}

Result<Type> TypeFromJson(const Json& json, int depth);

Result<Field> ElementFromJson(const Json& json, const std::string& name, int depth) {
  Field field;
  field.name = name;
  field.required = true;  // keys always are
  HEALIX_TRY(field.id, RequiredMember<std::int32_t>(json, (name + "-id").c_str()));
  if (name != "key") {
    HEALIX_TRY(field.required, RequiredMember<bool>(json, (name + "-required").c_str()));
  }
  const Json* type = FindMember(json, name.c_str());
  if (type == nullptr) return MissingMember(name.c_str());
  HEALIX_TRY(field.type, TypeFromJson(*type, depth + 1));
  return field;
}

/// Returns the JSON text of a default after checking that it is of the type, as far as we read it.
Result<std::optional<std::string>> DefaultFromJson(const Json& json, const char* name,
                                                   const Type& type) {
  const Json* member = FindMember(json, name);
  if (member == nullptr) return std::optional<std::string>();
  std::string text = PrintJson(*member);
  if (type.IsPrimitive()) HEALIX_RETURN_IF_ERROR(ParseJsonValue(type, text));
  return std::optional<std::string>(std::move(text));
}

Result<Field> FieldFromJson(const Json& json, int depth) {
  Field field;
  HEALIX_TRY(field.id, RequiredMember<std::int32_t>(json, "id"));
  HEALIX_TRY(field.name, RequiredMember<std::string>(json, "name"));
  HEALIX_TRY(field.required, RequiredMember<bool>(json, "required"));
  const Json* type = FindMember(json, "type");
  if (type == nullptr) return MissingMember("type");
  HEALIX_TRY(field.type, TypeFromJson(*type, depth + 1));
  HEALIX_TRY(const std::optional<std::string> doc, OptionalMember<std::string>(json, "doc"));
  field.doc = doc.value_or("");
  HEALIX_TRY(field.initial_default, DefaultFromJson(json, "initial-default", field.type));
  HEALIX_TRY(field.write_default, DefaultFromJson(json, "write-default", field.type));
  return field;
}

Result<std::vector<Field>> FieldsFromJson(const Json& json, int depth) {
  HEALIX_TRY(const Json* list, ListMember(json, "fields", Presence::kRequired));
  std::vector<Field> fields;
  std::set<std::string> names;
  for (const Json& item : *list) {
    HEALIX_TRY(Field field, FieldFromJson(item, depth));
    if (!names.insert(field.name).second) return Invalid("two columns have one name");
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<Type> TypeFromJson(const Json& json, int depth) {
  if (depth > kTypeDepthMax) {
    return MakeError(ErrorCode::kLimitExceeded, "a schema is nested over {} levels", kTypeDepthMax);
  }
  if (json.is_string()) return ParsePrimitive(json.get<std::string>());
  HEALIX_TRY(const std::string kind, RequiredMember<std::string>(json, "type"));
  Type type;
  if (kind == "struct") {
    type.id = TypeId::kStruct;
    HEALIX_TRY(type.fields, FieldsFromJson(json, depth));
    return type;
  }
  if (kind == "list") {
    type.id = TypeId::kList;
    HEALIX_TRY(Field element, ElementFromJson(json, "element", depth));
    type.fields = {std::move(element)};
    return type;
  }
  if (kind == "map") {
    type.id = TypeId::kMap;
    HEALIX_TRY(Field key, ElementFromJson(json, "key", depth));
    HEALIX_TRY(Field value, ElementFromJson(json, "value", depth));
    type.fields = {std::move(key), std::move(value)};
    return type;
  }
  return MakeError(ErrorCode::kMetadataUnsupported, "the type {} is not known",
                   SafeName(kind.substr(0, 64)));
}

Status CollectIds(const std::vector<Field>& fields, std::set<std::int32_t>& ids) {
  for (const Field& field : fields) {
    if (field.id < 0) return Invalid("a field id is negative");
    if (!ids.insert(field.id).second) return Invalid("two fields have one id");
    HEALIX_RETURN_IF_ERROR(CollectIds(field.type.fields, ids));
  }
  return {};
}

Json TypeToJson(const Type& type);

Json FieldToJson(const Field& field) {
  Json json{{"id", field.id},
            {"name", field.name},
            {"required", field.required},
            {"type", TypeToJson(field.type)}};
  if (!field.doc.empty()) json["doc"] = field.doc;
  const auto put_default = [&json](const char* name, const std::optional<std::string>& text) {
    if (!text) return;
    const Result<Json> parsed = ParseJson(*text);
    HEALIX_CHECK(parsed.has_value(), "the default of a field is not JSON");
    json[name] = *parsed;
  };
  put_default("initial-default", field.initial_default);
  put_default("write-default", field.write_default);
  return json;
}

Json FieldsToJson(const std::vector<Field>& fields) {
  Json list = Json::array();
  for (const Field& field : fields) list.push_back(FieldToJson(field));
  return list;
}

Json TypeToJson(const Type& type) {
  switch (type.id) {
    case TypeId::kStruct:
      return {{"type", "struct"}, {"fields", FieldsToJson(type.fields)}};
    case TypeId::kList:
      return {{"type", "list"},
              {"element-id", type.fields[0].id},
              {"element", TypeToJson(type.fields[0].type)},
              {"element-required", type.fields[0].required}};
    case TypeId::kMap:
      return {{"type", "map"},
              {"key-id", type.fields[0].id},
              {"key", TypeToJson(type.fields[0].type)},
              {"value-id", type.fields[1].id},
              {"value", TypeToJson(type.fields[1].type)},
              {"value-required", type.fields[1].required}};
    default:
      return TypeName(type);
  }
}

}  // namespace

Result<Schema> SchemaFromJson(const Json& json) {
  HEALIX_TRY(const std::string kind, RequiredMember<std::string>(json, "type"));
  if (kind != "struct") return Invalid("it is not a struct");
  Schema schema;
  HEALIX_TRY(const std::optional<std::int32_t> id, OptionalMember<std::int32_t>(json, "schema-id"));
  schema.schema_id = id.value_or(0);
  HEALIX_TRY(schema.fields, FieldsFromJson(json, 0));
  HEALIX_TRY(schema.identifier_field_ids, ListOf<std::int32_t>(json, "identifier-field-ids"));
  std::set<std::int32_t> ids;
  HEALIX_RETURN_IF_ERROR(CollectIds(schema.fields, ids));
  for (const std::int32_t identifier : schema.identifier_field_ids) {
    if (!ids.contains(identifier)) return Invalid("an identifier field is not there");
  }
  return schema;
}

Json SchemaToJson(const Schema& schema) {
  Json json{{"type", "struct"}, {"schema-id", schema.schema_id}};
  if (!schema.identifier_field_ids.empty()) {
    json["identifier-field-ids"] = schema.identifier_field_ids;
  }
  json["fields"] = FieldsToJson(schema.fields);
  return json;
}

Result<Schema> ParseSchema(std::string_view json) {
  HEALIX_TRY(const Json parsed, ParseJson(json));
  return SchemaFromJson(parsed);
}

std::string PrintSchema(const Schema& schema) { return PrintJson(SchemaToJson(schema)); }

}  // namespace healix::lakehouse::iceberg
