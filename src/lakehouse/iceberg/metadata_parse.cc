// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "lakehouse/iceberg/gzip_internal.h"
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int32_t kLastPartitionIdOfNone = 999;
constexpr std::int32_t kColumnIdMax = 2147483447;  ///< those above are reserved

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "{}", SafeReason(reason));
}

/// Reads a number that v2 requires and v1 may lack.
template <typename T>
Result<T> SinceV2(const Json& json, const char* name, const TableMetadata& table, T fallback) {
  if (table.format_version >= 2) return RequiredMember<T>(json, name);
  HEALIX_TRY(const std::optional<T> value, OptionalMember<T>(json, name));
  return value.value_or(fallback);
}

Presence ListPresence(const TableMetadata& table) {
  return table.format_version >= 2 ? Presence::kRequired : Presence::kOptional;
}

Status ReadSchemas(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* list, ListMember(json, "schemas", ListPresence(table)));
  for (const Json& item : *list) {
    HEALIX_TRY(Schema schema, SchemaFromJson(item));
    if (table.FindSchema(schema.schema_id)) return Invalid("two schemas have one id");
    table.schemas.push_back(std::move(schema));
  }
  if (table.schemas.empty()) {  // v1
    const Json* only = FindMember(json, "schema");
    if (only == nullptr) return MissingMember("schemas");
    HEALIX_TRY(Schema schema, SchemaFromJson(*only));
    table.schemas.push_back(std::move(schema));
  }
  HEALIX_TRY(table.current_schema_id,
             SinceV2<std::int32_t>(json, "current-schema-id", table, table.schemas[0].schema_id));
  if (!table.FindSchema(table.current_schema_id)) return Invalid("the current schema is not there");
  return {};
}

Status ReadSpecs(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* list, ListMember(json, "partition-specs", ListPresence(table)));
  for (const Json& item : *list) {
    PartitionSpec spec;
    HEALIX_TRY(spec.spec_id, RequiredMember<std::int32_t>(item, "spec-id"));
    HEALIX_TRY(const Json* fields, ListMember(item, "fields", Presence::kRequired));
    HEALIX_TRY(spec.fields, PartitionFieldsFromJson(*fields));
    if (table.FindSpec(spec.spec_id)) return Invalid("two partition specs have one id");
    table.partition_specs.push_back(std::move(spec));
  }
  if (table.partition_specs.empty()) {  // v1
    HEALIX_TRY(const Json* fields, ListMember(json, "partition-spec", Presence::kRequired));
    PartitionSpec spec;
    HEALIX_TRY(spec.fields, PartitionFieldsFromJson(*fields));
    table.partition_specs.push_back(std::move(spec));
  }
  const std::int32_t first_id = table.partition_specs[0].spec_id;
  HEALIX_TRY(table.default_spec_id,
             SinceV2<std::int32_t>(json, "default-spec-id", table, first_id));
  if (!table.FindSpec(table.default_spec_id)) return Invalid("the default spec is not there");
  std::int32_t highest = kLastPartitionIdOfNone;
  for (const PartitionSpec& spec : table.partition_specs) {
    for (const PartitionField& field : spec.fields) highest = std::max(highest, field.field_id);
  }
  HEALIX_TRY(table.last_partition_id,
             SinceV2<std::int32_t>(json, "last-partition-id", table, highest));
  return {};
}

Status ReadSortOrders(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* list, ListMember(json, "sort-orders", ListPresence(table)));
  std::set<std::int32_t> ids;
  for (const Json& item : *list) {
    HEALIX_TRY(SortOrder order, SortOrderFromJson(item));
    if (!ids.insert(order.order_id).second) return Invalid("two sort orders have one id");
    table.sort_orders.push_back(std::move(order));
  }
  HEALIX_TRY(table.default_sort_order_id,
             SinceV2<std::int32_t>(json, "default-sort-order-id", table, 0));
  if (ids.contains(table.default_sort_order_id)) return {};
  if (table.default_sort_order_id != 0) return Invalid("the default sort order is not there");
  table.sort_orders.emplace_back();  // id 0 always means unsorted
  return {};
}

Status ReadSnapshots(const Json& json, TableMetadata& table) {
  HEALIX_TRY(const Json* list, ListMember(json, "snapshots", Presence::kOptional));
  std::set<std::int64_t> ids;
  for (const Json& item : *list) {
    HEALIX_TRY(Snapshot snapshot, SnapshotFromJson(item, table.format_version));
    if (!ids.insert(snapshot.snapshot_id).second) return Invalid("two snapshots have one id");
    table.snapshots.Add(std::move(snapshot));
  }
  HEALIX_TRY(table.current_snapshot_id, OptionalSnapshotId(json, "current-snapshot-id"));
  if (table.current_snapshot_id == -1) table.current_snapshot_id.reset();  // as Java writes "none"
  if (table.current_snapshot_id && !ids.contains(*table.current_snapshot_id)) {
    return Invalid("the current snapshot is not there");
  }
  return {};
}

/// Checks that refs resolve and that `main` is the current snapshot, and adds `main` if absent.
Status SettleRefs(TableMetadata& table) {
  const std::string main(kMainBranch);
  for (const auto& [name, ref] : table.refs) {
    if (!table.FindSnapshot(ref.snapshot_id)) return Invalid("a ref names a snapshot that is gone");
  }
  const auto found = table.refs.find(main);
  if (!table.current_snapshot_id) {
    if (found != table.refs.end())
      return Invalid("`main` is set, but there is no current snapshot");
    return {};
  }
  if (found == table.refs.end()) {
    SnapshotRef ref;
    ref.snapshot_id = *table.current_snapshot_id;
    table.refs.emplace(main, ref);
    return {};
  }
  if (found->second.snapshot_id == *table.current_snapshot_id) return {};
  return Invalid("`main` is not the current snapshot");
}

Status ReadScalars(const Json& json, TableMetadata& table) {
  HEALIX_TRY(table.table_uuid, SinceV2<std::string>(json, "table-uuid", table, ""));
  HEALIX_TRY(table.location, RequiredMember<std::string>(json, "location"));
  HEALIX_TRY(table.last_sequence_number,
             SinceV2<std::int64_t>(json, "last-sequence-number", table, 0));
  HEALIX_TRY(table.last_updated, RequiredTimestamp(json, "last-updated-ms"));
  HEALIX_TRY(table.last_column_id, RequiredMember<std::int32_t>(json, "last-column-id"));
  const bool is_sound = table.last_sequence_number >= 0 && table.last_column_id >= 0 &&
                        table.last_column_id <= kColumnIdMax;
  if (!is_sound) return Invalid("a last sequence number or column id is out of range");
  HEALIX_TRY(table.properties, TextMapMember(json, "properties"));
  if (table.format_version >= 3) {
    // Required, but writers of empty tables left it out.
    HEALIX_TRY(const auto next_row_id, OptionalMember<std::int64_t>(json, "next-row-id"));
    table.next_row_id = next_row_id.value_or(0);
  }
  return {};
}

Result<TableMetadata> FromJson(const Json& json) {
  if (!json.is_object()) return Invalid("the metadata is not a JSON object");
  TableMetadata table;
  HEALIX_TRY(table.format_version, RequiredMember<std::int32_t>(json, "format-version"));
  if (table.format_version < 1) return Invalid("the format version is not positive");
  if (table.format_version > kFormatVersionMax) {
    return MakeError(ErrorCode::kMetadataUnsupported, "format version {} is not supported",
                     table.format_version);
  }
  HEALIX_RETURN_IF_ERROR(ReadScalars(json, table));
  HEALIX_RETURN_IF_ERROR(ReadSchemas(json, table));
  HEALIX_RETURN_IF_ERROR(ReadSpecs(json, table));
  HEALIX_RETURN_IF_ERROR(ReadSortOrders(json, table));
  HEALIX_RETURN_IF_ERROR(ReadSnapshots(json, table));
  HEALIX_RETURN_IF_ERROR(ReferencesFromJson(json, table));
  HEALIX_RETURN_IF_ERROR(SettleRefs(table));
  return table;
}

}  // namespace

Result<TableMetadata> ParseTableMetadata(std::string_view bytes) {
  if (bytes.size() > kMetadataBytesMax) {
    return MakeError(ErrorCode::kLimitExceeded, "the metadata has {} bytes, at most {} are read",
                     bytes.size(), kMetadataBytesMax);
  }
  std::string unpacked;
  if (IsGzip(bytes)) {
    HEALIX_TRY(unpacked, Gunzip(bytes, kMetadataBytesMax));
    bytes = unpacked;
  }
  HEALIX_TRY(const Json json, ParseJson(bytes));
  return FromJson(json);
}

}  // namespace healix::lakehouse::iceberg
