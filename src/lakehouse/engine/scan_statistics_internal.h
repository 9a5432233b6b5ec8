// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells DuckDB's optimizer what the metadata states about the values of a scan.

#include <optional>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/scan_files_internal.h"

namespace healix::lakehouse::engine {

/// Holds what the metadata states about one column in one file, in the column's type of today.
/// Bounds hold for all values that are not NULL; they need not be values of the file. NaN counts as
/// the greatest value, as DuckDB sorts it: where a float may be NaN, the upper bound is.
struct ColumnFacts {
  bool may_hold_null = true;
  bool may_hold_values = true;  ///< false: all are NULL
  std::optional<duckdb::Value> lower;
  std::optional<duckdb::Value> upper;
};
ColumnFacts FactsOf(const ScanFile& file, const iceberg::Field& field);

/// Returns whether a float of the table, nested ones included, may be NaN. Parquet's own bounds
/// leave NaN out, and DuckDB must be told.
bool MayHoldNaN(const ScanTable& table);

/// Returns what holds for a column in all listed files, nullptr when that is nothing. Deleted rows
/// only make it less tight.
duckdb::unique_ptr<duckdb::BaseStatistics> StatisticsOfColumn(const ScanFileList& files,
                                                              duckdb::column_t column);

/// Returns the row count and the statistics of each listed file, so that aggregates over whole
/// files need not read them; nothing when a row is deleted, because then the counts are not exact.
duckdb::vector<duckdb::PartitionStatistics> StatisticsPerFile(const ScanFileList& files);

}  // namespace healix::lakehouse::engine
