// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes small tables and files for the tests of this module.

#include <string>

#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

inline Field FieldOf(std::int32_t id, std::string name, Type type) {
  Field field;
  field.id = id;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

/// Columns 1 id: long, 2 name: string, 3 at: timestamp. Spec 0 is unpartitioned, spec 1 (the
/// default) is day(at), name.
inline TableMetadata PartitionedTable(int format_version) {
  TableMetadata table;
  table.format_version = format_version;
  table.table_uuid = "9c12d441-03fe-4693-9a96-a0705ddf69c1";
  table.location = "file:///w/t";
  Schema schema;
  schema.fields = {FieldOf(1, "id", Primitive(TypeId::kLong)),
                   FieldOf(2, "name", Primitive(TypeId::kString)),
                   FieldOf(3, "at", Primitive(TypeId::kTimestamp))};
  schema.fields[0].required = true;
  table.schemas = {schema};
  table.last_column_id = 3;
  PartitionSpec spec;
  spec.spec_id = 1;
  spec.fields = {{3, 1000, "at_day", {TransformKind::kDay, 0, {}}},
                 {2, 1001, "name", {TransformKind::kIdentity, 0, {}}}};
  table.partition_specs = {PartitionSpec(), spec};
  table.default_spec_id = 1;
  table.last_partition_id = 1001;
  table.sort_orders = {SortOrder()};
  return table;
}

/// One column `c` with id 1, partitioned by identity in spec 0.
inline TableMetadata TableOfOneColumn(Type type) {
  TableMetadata table = PartitionedTable(2);
  table.schemas[0].fields = {FieldOf(1, "c", std::move(type))};
  table.partition_specs = {PartitionSpec{0, {{1, 1000, "c", {TransformKind::kIdentity, 0, {}}}}}};
  table.default_spec_id = 0;
  return table;
}

/// A data file of spec 0 without partition values.
inline DataFile FileOf(std::string path) {
  DataFile file;
  file.path = std::move(path);
  file.record_count = 1;
  file.size_bytes = 100;
  return file;
}

}  // namespace healix::lakehouse::iceberg
