// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "lakehouse/iceberg/field_ids_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int32_t kColumnIdMax = 2147483447;  ///< those above are reserved

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kSchemaChangeInvalid, "{}", SafeReason(reason));
}

using OldIds = std::vector<std::pair<std::int32_t, std::int32_t>>;

void Number(std::vector<Field>& fields, std::int32_t& last_id, OldIds* old_ids) {
  for (Field& field : fields) {
    const std::int32_t old_id = std::exchange(field.id, ++last_id);
    if (old_ids != nullptr) old_ids->emplace_back(old_id, field.id);
  }
  for (Field& field : fields) Number(field.type.fields, last_id, old_ids);
}

bool NeedsV3(TypeId id) {
  return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs || id == TypeId::kUnknown ||
         id == TypeId::kVariant;
}

bool HasRightShape(const Type& type) {
  switch (type.id) {
    case TypeId::kStruct:
      return true;
    case TypeId::kList:
      return type.fields.size() == 1 && type.fields[0].name == "element";
    case TypeId::kMap:
      return type.fields.size() == 2 && type.fields[0].name == "key" && type.fields[0].required &&
             type.fields[1].name == "value";
    case TypeId::kDecimal:
      return type.precision > 0 && type.precision <= 38 && type.scale >= 0 &&
             type.scale <= type.precision;
    case TypeId::kFixed:
      return type.length_bytes > 0;
    default:
      return true;
  }
}

Status CheckFields(const std::vector<Field>& fields, int format_version) {
  std::set<std::string> names;
  for (const Field& field : fields) {
    if (field.name.empty()) return Invalid("a column has no name");
    if (!names.insert(field.name).second) return Invalid("two columns have one name");
    if (field.id > kColumnIdMax) return Invalid("a column id is reserved");
    if (!HasRightShape(field.type)) return Invalid("a type is malformed");
    if (format_version < 3 && NeedsV3(field.type.id)) {
      return Invalid("a type needs format version 3");
    }
    if (format_version < 3 && field.initial_default) {
      return Invalid("default values need format version 3");
    }
    HEALIX_RETURN_IF_ERROR(CheckFields(field.type.fields, format_version));
  }
  return {};
}

}  // namespace

Result<std::int32_t> FreshIds::NewId(std::int32_t old_id) const {
  const auto found = new_by_old.find(old_id);
  if (found == new_by_old.end()) return Invalid("a partition or sort field has no source column");
  return found->second;
}

void NumberInside(Type& type, std::int32_t& last_column_id) {
  Number(type.fields, last_column_id, nullptr);
}

Result<FreshIds> AssignFreshIds(const Schema& schema, int format_version) {
  HEALIX_RETURN_IF_ERROR(CheckSchema(schema, format_version));
  FreshIds fresh;
  fresh.schema = schema;
  fresh.schema.schema_id = 0;
  OldIds old_ids;
  Number(fresh.schema.fields, fresh.last_column_id, &old_ids);
  for (const auto& [old_id, new_id] : old_ids) {
    if (!fresh.new_by_old.emplace(old_id, new_id).second) return Invalid("two columns have one id");
  }
  for (std::int32_t& identifier : fresh.schema.identifier_field_ids) {
    HEALIX_TRY(identifier, fresh.NewId(identifier));
  }
  return fresh;
}

Status CheckSchema(const Schema& schema, int format_version) {
  HEALIX_RETURN_IF_ERROR(CheckFields(schema.fields, format_version));
  for (const std::int32_t id : schema.identifier_field_ids) {
    const Field* field = schema.FindById(id);
    const bool is_sound = field != nullptr && field->required && field->type.IsPrimitive() &&
                          field->type.id != TypeId::kFloat && field->type.id != TypeId::kDouble;
    if (!is_sound) return Invalid("an identifier field is not a required, exact column");
  }
  return {};
}

}  // namespace healix::lakehouse::iceberg
