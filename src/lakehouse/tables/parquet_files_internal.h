// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes Parquet files to their place in a table and makes them durable.

#include <memory>
#include <string>
#include <vector>

#include "lakehouse/engine/engine.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// What is written and where; `options.folder` and `options.base_name` are filled in.
struct ParquetJob {
  std::string table_location;
  engine::WriteOptions options;
  engine::WriteSource source;
};

/// Writes below `<table_location>/data/` under new names; the files are durable on return. The
/// statistics of the engine become those of the data files; spec and partition are left empty.
Result<std::vector<iceberg::DataFile>> WriteParquetFiles(const WarehouseParts& parts,
                                                         ParquetJob job);

/// Makes a table of files that were just written, so that a query can read them again.
Result<std::shared_ptr<const engine::ScanTable>> ScanOf(
    const WarehouseParts& parts, const iceberg::Schema& schema,
    const std::vector<iceberg::DataFile>& files);

/// Makes a scope with that one relation, named `main.<name>`.
std::shared_ptr<const engine::Scope> ScopeOf(std::string name,
                                             std::shared_ptr<const engine::ScanTable> table);

/// Removes files, as far as possible.
void RemoveFiles(const WarehouseParts& parts, const std::vector<iceberg::DataFile>& files);

/// Calls `on_row` for each row of a query.
Status EachTextRow(const WarehouseParts& parts, std::shared_ptr<const engine::Scope> scope,
                   const std::string& sql,
                   const std::function<Status(const engine::TextRow&)>& on_row);

/// Quotes text as an SQL literal.
std::string SqlLiteral(std::string_view text);

}  // namespace healix::lakehouse::tables
