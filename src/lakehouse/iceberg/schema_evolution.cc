// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "lakehouse/iceberg/evolution.h"
#include "lakehouse/iceberg/field_ids_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kSchemaChangeInvalid, "{}", SafeReason(reason));
}

/// Points to a field and to the type it lies in (nullptr at the top).
struct Place {
  Field* field = nullptr;
  std::vector<Field>* siblings = nullptr;
  const Type* parent = nullptr;
};

Place FindPlace(std::vector<Field>& fields, const Type* parent, std::string_view path) {
  for (Field& field : fields) {
    if (field.name == path) return {&field, &fields, parent};
  }
  for (Field& field : fields) {
    const std::size_t length = field.name.size();
    if (path.size() <= length + 1 || path[length] != '.' || !path.starts_with(field.name)) continue;
    const Place inner = FindPlace(field.type.fields, &field.type, path.substr(length + 1));
    if (inner.field != nullptr) return inner;
  }
  return {};
}

bool IsPromotion(const Type& from, const Type& to, int format_version) {
  if (from.id == TypeId::kInt) return to.id == TypeId::kLong;
  if (from.id == TypeId::kFloat) return to.id == TypeId::kDouble;
  if (from.id == TypeId::kDecimal) {
    return to.id == TypeId::kDecimal && to.scale == from.scale && to.precision > from.precision;
  }
  if (format_version < 3) return false;
  if (from.id == TypeId::kUnknown) return to.IsPrimitive();
  return from.id == TypeId::kDate && (to.id == TypeId::kTimestamp || to.id == TypeId::kTimestampNs);
}

/// Applies changes to a copy of the current schema.
class SchemaEditor final {
 public:
  explicit SchemaEditor(const TableMetadata& table)
      : table_(table), schema_(table.CurrentSchema()), last_column_id_(table.last_column_id) {
    // Writers that count wrongly must not make us give an id twice.
    for (const Schema& schema : table.schemas) {
      last_column_id_ = std::max(last_column_id_, schema.HighestFieldId());
    }
  }

  Schema& schema() { return schema_; }
  std::int32_t last_column_id() const { return last_column_id_; }

  Status operator()(const AddColumn& change) {
    HEALIX_TRY(std::vector<Field> * siblings, Siblings(change.parent));
    HEALIX_RETURN_IF_ERROR(CheckNameIsFree(*siblings, change.name));
    Field field;
    field.id = ++last_column_id_;
    field.name = change.name;
    field.type = change.type;
    field.doc = change.doc;
    NumberInside(field.type, last_column_id_);
    if (change.initial_default) {
      const Result<Value> value = ParseJsonValue(field.type, *change.initial_default);
      if (!value) return Invalid("the default of a column is not of its type");
      field.initial_default = change.initial_default;
      field.write_default = change.initial_default;
    }
    siblings->push_back(std::move(field));
    return {};
  }

  Status operator()(const DropColumn& change) {
    HEALIX_TRY(const Place place, FieldOfStruct(change.path));
    HEALIX_RETURN_IF_ERROR(CheckUnused(*place.field));
    if (place.siblings->size() == 1) return Invalid("the last column can't be dropped");
    const std::int32_t id = place.field->id;
    std::erase_if(*place.siblings, [id](const Field& field) { return field.id == id; });
    return {};
  }

  Status operator()(const RenameColumn& change) {
    HEALIX_TRY(const Place place, FieldOfStruct(change.path));
    if (place.field->name == change.new_name) return {};
    HEALIX_RETURN_IF_ERROR(CheckNameIsFree(*place.siblings, change.new_name));
    place.field->name = change.new_name;
    return {};
  }

  Status operator()(const WidenColumn& change) {
    HEALIX_TRY(const Place place, AnyField(change.path));
    Field& field = *place.field;
    if (field.type == change.new_type) return {};
    if (place.parent != nullptr && place.parent->id == TypeId::kMap && field.name == "key") {
      return Invalid("the key of a map can't be changed");
    }
    if (!IsPromotion(field.type, change.new_type, table_.format_version)) {
      return MakeError(ErrorCode::kSchemaChangeInvalid, "type {} can't be widened to {}",
                       SafeName(TypeName(field.type)), SafeName(TypeName(change.new_type)));
    }
    if (field.type.id == TypeId::kDate && IsPartitionSource(field.id)) {
      return Invalid("a date that rows are partitioned by can't become a timestamp");
    }
    field.type = change.new_type;
    return {};
  }

  Status operator()(const MakeOptional& change) {
    HEALIX_TRY(const Place place, AnyField(change.path));
    if (place.parent != nullptr && place.parent->id == TypeId::kMap && place.field->name == "key") {
      return Invalid("the key of a map is always required");
    }
    if (IsIdentifier(*place.field)) return Invalid("an identifier column is always required");
    place.field->required = false;
    return {};
  }

  Status operator()(const SetColumnDoc& change) {
    HEALIX_TRY(const Place place, AnyField(change.path));
    place.field->doc = change.doc;
    return {};
  }

 private:
  Result<Place> AnyField(const std::string& path) {
    const Place place = FindPlace(schema_.fields, nullptr, path);
    if (place.field != nullptr) return place;
    return MakeError(ErrorCode::kColumnNotFound, "there is no column {}", SafeName(path));
  }

  Result<Place> FieldOfStruct(const std::string& path) {
    HEALIX_TRY(const Place place, AnyField(path));
    if (place.parent == nullptr || place.parent->id == TypeId::kStruct) return place;
    return Invalid("the element of a list and key and value of a map keep their names");
  }

  Result<std::vector<Field>*> Siblings(const std::string& parent) {
    if (parent.empty()) return &schema_.fields;
    HEALIX_TRY(const Place place, AnyField(parent));
    Type* type = &place.field->type;
    if (type->id == TypeId::kList || type->id == TypeId::kMap) type = &type->fields.back().type;
    if (type->id != TypeId::kStruct) return Invalid("a column can only be added to a struct");
    return &type->fields;
  }

  static Status CheckNameIsFree(const std::vector<Field>& fields, const std::string& name) {
    if (name.empty()) return Invalid("a column needs a name");
    const bool is_taken = std::ranges::find(fields, name, &Field::name) != fields.end();
    if (!is_taken) return {};
    return MakeError(ErrorCode::kSchemaChangeInvalid, "there is a column {} already",
                     SafeName(name));
  }

  bool IsIdentifier(const Field& field) const {
    return std::ranges::find(schema_.identifier_field_ids, field.id) !=
           schema_.identifier_field_ids.end();
  }

  /// Looks at all specs, since old files stay partitioned by old specs.
  bool IsPartitionSource(std::int32_t id) const {
    return std::ranges::any_of(table_.partition_specs, [id](const PartitionSpec& spec) {
      return std::ranges::any_of(spec.fields, [id](const PartitionField& field) {
        return field.source_id == id && field.transform.kind != TransformKind::kVoid;
      });
    });
  }

  bool IsUsed(std::int32_t id) const {
    const auto has_source = [id](const auto& field) { return field.source_id == id; };
    return std::ranges::any_of(table_.DefaultSpec().fields, has_source) ||
           std::ranges::any_of(table_.DefaultSortOrder().fields, has_source);
  }

  Status CheckUnused(const Field& field) const {
    if (IsIdentifier(field)) return Invalid("an identifier column can't be dropped");
    if (IsUsed(field.id)) return Invalid("a column that partitions or sorts can't be dropped");
    for (const Field& inner : field.type.fields) HEALIX_RETURN_IF_ERROR(CheckUnused(inner));
    return {};
  }

  const TableMetadata& table_;
  Schema schema_;
  std::int32_t last_column_id_;
};

/// Returns the id of an equal schema of the table, nothing when there is none.
std::optional<std::int32_t> FindEqual(const TableMetadata& table, const Schema& wanted) {
  for (const Schema& schema : table.schemas) {
    const bool is_equal = schema.fields == wanted.fields &&
                          schema.identifier_field_ids == wanted.identifier_field_ids;
    if (is_equal) return schema.schema_id;
  }
  return std::nullopt;
}

}  // namespace

Result<TableMetadata> ChangeSchema(const TableMetadata& metadata,
                                   const std::vector<SchemaChange>& changes, Timestamp now) {
  SchemaEditor editor(metadata);
  for (const SchemaChange& change : changes) {
    HEALIX_RETURN_IF_ERROR(std::visit(editor, change));
  }
  HEALIX_RETURN_IF_ERROR(CheckSchema(editor.schema(), metadata.format_version));
  TableMetadata next = metadata;
  next.last_updated = std::max(metadata.last_updated, now);
  next.last_column_id = editor.last_column_id();
  if (const auto equal = FindEqual(metadata, editor.schema())) {
    next.current_schema_id = *equal;
    return next;
  }
  std::int32_t highest = 0;
  for (const Schema& schema : metadata.schemas) highest = std::max(highest, schema.schema_id);
  editor.schema().schema_id = highest + 1;
  next.current_schema_id = highest + 1;
  next.schemas.push_back(std::move(editor.schema()));
  return next;
}

}  // namespace healix::lakehouse::iceberg
