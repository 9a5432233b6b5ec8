// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Changes schemas and partitioning without rewriting data.
/// Source   Iceberg table specification, "Schema Evolution" and "Partition Evolution".

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

/// Adds an optional column at the end; `parent` is the dotted path of a struct, a list of structs
/// or a map to structs, empty for the top. Ids inside `type` are given anew.
struct AddColumn {
  std::string parent;
  std::string name;
  Type type;
  std::string doc;
  /// v3 only, JSON single-value form: value of rows written before; also the write default.
  std::optional<std::string> initial_default;
};
struct DropColumn {
  std::string path;
};
struct RenameColumn {
  std::string path;
  std::string new_name;  ///< last part only
};
/// int to long, float to double, decimal to a greater precision; in v3 date to timestamp.
struct WidenColumn {
  std::string path;
  Type new_type;
};
struct MakeOptional {
  std::string path;
};
struct SetColumnDoc {
  std::string path;
  std::string doc;
};

using SchemaChange =
    std::variant<AddColumn, DropColumn, RenameColumn, WidenColumn, MakeOptional, SetColumnDoc>;

/// Applies changes in order and makes the result the current schema. An equal earlier schema is
/// used again; ids come from last-column-id and are never used twice.
/// Errors   kColumnNotFound, kSchemaChangeInvalid.
/// Example  EvolutionTest.NeverUsesAnIdAgain
Result<TableMetadata> ChangeSchema(const TableMetadata& metadata,
                                   const std::vector<SchemaChange>& changes, Timestamp now);

/// One field of a wanted partitioning; the name is made from column and transform when empty.
struct WantedPartition {
  std::string column;  ///< dotted path in the current schema
  Transform transform;
  std::string name;
};

/// Makes a spec with these fields the default. An equal earlier spec is used again, and so are the
/// ids of equal fields of any earlier spec; new ids come from last-partition-id.
/// Errors   kColumnNotFound, kSchemaChangeInvalid.
Result<TableMetadata> ChangePartitioning(const TableMetadata& metadata,
                                         const std::vector<WantedPartition>& fields, Timestamp now);

/// Resolves wanted fields against a schema; ids begin at 1000. For new tables.
Result<PartitionSpec> MakePartitionSpec(const Schema& schema,
                                        const std::vector<WantedPartition>& fields);

}  // namespace healix::lakehouse::iceberg
