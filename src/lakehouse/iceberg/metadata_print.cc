// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

void PrintSchemas(const TableMetadata& table, Json& json) {
  Json schemas = Json::array();
  for (const Schema& schema : table.schemas) schemas.push_back(SchemaToJson(schema));
  if (table.format_version == 1) json["schema"] = SchemaToJson(table.CurrentSchema());
  json["current-schema-id"] = table.current_schema_id;
  json["schemas"] = std::move(schemas);
}

void PrintSpecs(const TableMetadata& table, Json& json) {
  Json specs = Json::array();
  for (const PartitionSpec& spec : table.partition_specs) {
    specs.push_back({{"spec-id", spec.spec_id}, {"fields", PartitionFieldsToJson(spec.fields)}});
  }
  if (table.format_version == 1) {
    json["partition-spec"] = PartitionFieldsToJson(table.DefaultSpec().fields);
  }
  json["default-spec-id"] = table.default_spec_id;
  json["partition-specs"] = std::move(specs);
  json["last-partition-id"] = table.last_partition_id;
}

/// Returns where the empty array of a member stands. Inside a JSON text the quotes of a string are
/// escaped, so what is found can only be the member itself.
std::size_t PlaceOfArray(const std::string& text, const std::string& member) {
  const std::string empty = "\"" + member + "\":[]";
  const std::size_t at = text.find(empty);
  HEALIX_CHECK(at != std::string::npos, "the member was printed as an empty array");
  return at + empty.size() - 2;
}

/// Puts the snapshots, which are most of the text, in their place, and copies them but once.
std::string WithSnapshots(const std::string& text, const TableMetadata& table) {
  const std::size_t at = PlaceOfArray(text, "snapshots");
  std::string whole;
  whole.reserve(text.size() + SnapshotsBytes(table));
  whole.append(text, 0, at);
  AppendSnapshots(whole, table);
  return whole.append(text, at + 2);
}

}  // namespace

std::string PrintTableMetadata(const TableMetadata& table) {
  Json json{{"format-version", table.format_version}};
  if (!table.table_uuid.empty() || table.format_version > 1) json["table-uuid"] = table.table_uuid;
  json["location"] = table.location;
  if (table.format_version > 1) json["last-sequence-number"] = table.last_sequence_number;
  json["last-updated-ms"] = MillisOf(table.last_updated);
  json["last-column-id"] = table.last_column_id;
  PrintSchemas(table, json);
  PrintSpecs(table, json);
  Json orders = Json::array();
  for (const SortOrder& order : table.sort_orders) orders.push_back(SortOrderToJson(order));
  json["default-sort-order-id"] = table.default_sort_order_id;
  json["sort-orders"] = std::move(orders);
  json["properties"] = table.properties;
  if (table.format_version > 2) json["next-row-id"] = table.next_row_id;
  if (table.current_snapshot_id) json["current-snapshot-id"] = *table.current_snapshot_id;
  json["snapshots"] = Json::array();
  ReferencesToJson(table, json);
  std::string text = PrintJson(json);
  text.replace(PlaceOfArray(text, "metadata-log"), 2, MetadataLogText(table));
  text.replace(PlaceOfArray(text, "snapshot-log"), 2, SnapshotLogText(table));
  return WithSnapshots(text, table);
}

}  // namespace healix::lakehouse::iceberg
