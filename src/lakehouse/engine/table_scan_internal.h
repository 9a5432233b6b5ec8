// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes DuckDB's Parquet scan read the files of a ScanTable by field id, without deleted
/// rows.

#include <memory>
#include <stop_token>

#include "base/io/file_system.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/scope.h"

namespace healix::lakehouse::engine {

/// What scans need from the engine. Pointers outlive every scan.
struct ScanServices {
  base::FileSystem* files = nullptr;
  duckdb::DatabaseInstance* database = nullptr;
  std::stop_token stop = {};
};

/// Holds what the parts of one scan share.
struct ScanSource {
  std::shared_ptr<const ScanTable> table;
  ScanServices services;
};

/// A scan function and what it is bound to.
struct BoundTableScan {
  duckdb::TableFunction function;
  duckdb::unique_ptr<duckdb::FunctionData> bind_data;
};

/// Binds a scan of `source`, shown as `entry`. Reads no file.
BoundTableScan BindTableScan(duckdb::ClientContext& context,
                             std::shared_ptr<const ScanSource> source,
                             duckdb::TableCatalogEntry& entry);

/// Returns the columns that a query may name beside those of the table (see PlaceColumns).
duckdb::virtual_column_map_t VirtualColumns(const ScanTable& table);

/// Returns the columns that identify a row for DuckDB (file and position).
duckdb::vector<duckdb::column_t> RowIdColumns();

}  // namespace healix::lakehouse::engine
