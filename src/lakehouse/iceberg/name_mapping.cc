// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/name_mapping.h"

#include <set>

#include "lakehouse/iceberg/json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr int kMappingDepthMax = 64;

Result<NameMapping> FromJson(const Json& list, int depth) {
  if (!list.is_array() || depth > kMappingDepthMax) {
    return MakeError(ErrorCode::kMetadataInvalid, "a name mapping is not a list, or too deep");
  }
  NameMapping mapping;
  std::set<std::string> seen;
  for (const Json& item : list) {
    MappedField field;
    HEALIX_TRY(field.field_id, OptionalMember<std::int32_t>(item, "field-id"));
    HEALIX_TRY(field.names, ListOf<std::string>(item, "names"));
    for (const std::string& name : field.names) {
      if (!seen.insert(name).second) {
        return MakeError(ErrorCode::kMetadataInvalid, "a name mapping names {} twice",
                         SafeName(name));
      }
    }
    if (const Json* children = FindMember(item, "fields")) {
      HEALIX_TRY(field.fields, FromJson(*children, depth + 1));
    }
    mapping.push_back(std::move(field));
  }
  return mapping;
}

Json ToJson(const NameMapping& mapping) {
  Json list = Json::array();
  for (const MappedField& field : mapping) {
    Json item = Json::object();
    if (field.field_id) item["field-id"] = *field.field_id;
    item["names"] = field.names;
    if (!field.fields.empty()) item["fields"] = ToJson(field.fields);
    list.push_back(std::move(item));
  }
  return list;
}

NameMapping MappingOfFields(const std::vector<Field>& fields) {
  NameMapping mapping;
  for (const Field& field : fields) {
    mapping.push_back({field.id, {field.name}, MappingOfFields(field.type.fields)});
  }
  return mapping;
}

}  // namespace

Result<NameMapping> ParseNameMapping(std::string_view json) {
  HEALIX_TRY(const Json parsed, ParseJson(json));
  return FromJson(parsed, 0);
}

std::string PrintNameMapping(const NameMapping& mapping) { return PrintJson(ToJson(mapping)); }

NameMapping MappingOf(const Schema& schema) { return MappingOfFields(schema.fields); }

}  // namespace healix::lakehouse::iceberg
