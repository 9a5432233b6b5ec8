// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lakehouse/iceberg/evolution.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int32_t kFirstPartitionId = 1000;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kSchemaChangeInvalid, "{}", SafeReason(reason));
}

std::string NameOf(const std::string& column, const Transform& transform) {
  switch (transform.kind) {
    case TransformKind::kIdentity:
      return column;
    case TransformKind::kBucket:
      return fmt::format("{}_bucket_{}", column, transform.width);
    case TransformKind::kTruncate:
      return fmt::format("{}_trunc_{}", column, transform.width);
    case TransformKind::kVoid:
      return column + "_null";
    default:
      return column + "_" + TransformName(transform);
  }
}

/// Tells whether a field lies in structs only; what lies in lists and maps has many values per row.
bool IsReachable(const std::vector<Field>& fields, std::int32_t id) {
  return std::ranges::any_of(fields, [id](const Field& field) {
    if (field.id == id) return true;
    return field.type.id == TypeId::kStruct && IsReachable(field.type.fields, id);
  });
}

/// A partition name may be a column's name only if it is that column, unchanged.
bool ClashesWithColumn(const Schema& schema, const PartitionField& field) {
  const Field* column = schema.FindByName(field.name);
  if (column == nullptr) return false;
  return column->id != field.source_id || field.transform.kind != TransformKind::kIdentity;
}

Result<PartitionField> Resolve(const Schema& schema, const WantedPartition& wanted) {
  const Field* column = schema.FindByName(wanted.column);
  if (column == nullptr) {
    return MakeError(ErrorCode::kColumnNotFound, "there is no column {}", SafeName(wanted.column));
  }
  if (wanted.transform.kind == TransformKind::kUnknown) {
    return MakeError(ErrorCode::kSchemaChangeInvalid, "the transform {} is not known",
                     SafeName(wanted.transform.text));
  }
  const bool can_take = ResultType(wanted.transform, column->type).has_value();
  if (!can_take || !IsReachable(schema.fields, column->id)) {
    return MakeError(ErrorCode::kSchemaChangeInvalid, "rows can't be partitioned by {} of {}",
                     SafeName(TransformName(wanted.transform)), SafeName(wanted.column));
  }
  PartitionField field;
  field.source_id = column->id;
  field.transform = wanted.transform;
  field.name = wanted.name.empty() ? NameOf(wanted.column, wanted.transform) : wanted.name;
  return field;
}

Status CheckDistinct(const Schema& schema, const PartitionSpec& spec) {
  std::set<std::string> names;
  std::set<std::pair<std::int32_t, std::string>> sources;
  for (const PartitionField& field : spec.fields) {
    if (!names.insert(field.name).second) return Invalid("two partition fields have one name");
    if (!sources.emplace(field.source_id, TransformName(field.transform)).second) {
      return Invalid("two partition fields are made alike");
    }
    if (ClashesWithColumn(schema, field)) {
      return MakeError(ErrorCode::kSchemaChangeInvalid, "partition name {} is a column's name",
                       SafeName(field.name));
    }
  }
  return {};
}

Result<PartitionSpec> ResolveAll(const Schema& schema, const std::vector<WantedPartition>& fields) {
  PartitionSpec spec;
  for (const WantedPartition& wanted : fields) {
    HEALIX_TRY(PartitionField field, Resolve(schema, wanted));
    spec.fields.push_back(std::move(field));
  }
  HEALIX_RETURN_IF_ERROR(CheckDistinct(schema, spec));
  return spec;
}

bool IsMadeAlike(const PartitionField& left, const PartitionField& right) {
  return left.source_id == right.source_id && left.transform == right.transform;
}

/// Gives each field the id of an equal field of any spec, or the next new one.
void NumberFields(const TableMetadata& table, PartitionSpec& spec, std::int32_t& last_id) {
  for (const PartitionSpec& earlier : table.partition_specs) {
    for (const PartitionField& known : earlier.fields) last_id = std::max(last_id, known.field_id);
  }
  for (PartitionField& field : spec.fields) {
    for (const PartitionSpec& earlier : table.partition_specs) {
      for (const PartitionField& known : earlier.fields) {
        if (IsMadeAlike(known, field)) field.field_id = known.field_id;
      }
    }
    if (field.field_id == 0) field.field_id = ++last_id;
  }
}

const PartitionSpec* FindEqual(const TableMetadata& table, const PartitionSpec& wanted) {
  const auto found =
      std::ranges::find(table.partition_specs, wanted.fields, &PartitionSpec::fields);
  return found == table.partition_specs.end() ? nullptr : &*found;
}

}  // namespace

Result<PartitionSpec> MakePartitionSpec(const Schema& schema,
                                        const std::vector<WantedPartition>& fields) {
  HEALIX_TRY(PartitionSpec spec, ResolveAll(schema, fields));
  std::int32_t next_id = kFirstPartitionId;
  for (PartitionField& field : spec.fields) field.field_id = next_id++;
  return spec;
}

Result<TableMetadata> ChangePartitioning(const TableMetadata& metadata,
                                         const std::vector<WantedPartition>& fields,
                                         Timestamp now) {
  if (metadata.format_version < 2) {
    return Invalid("a table of format version 1 is upgraded before its partitioning is changed");
  }
  HEALIX_TRY(PartitionSpec spec, ResolveAll(metadata.CurrentSchema(), fields));
  TableMetadata next = metadata;
  next.last_updated = std::max(metadata.last_updated, now);
  NumberFields(metadata, spec, next.last_partition_id);
  if (const PartitionSpec* equal = FindEqual(metadata, spec)) {
    next.default_spec_id = equal->spec_id;
    return next;
  }
  std::int32_t highest = 0;
  for (const PartitionSpec& earlier : metadata.partition_specs) {
    highest = std::max(highest, earlier.spec_id);
  }
  spec.spec_id = highest + 1;
  next.default_spec_id = spec.spec_id;
  next.partition_specs.push_back(std::move(spec));
  return next;
}

}  // namespace healix::lakehouse::iceberg
