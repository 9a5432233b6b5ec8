// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns what DuckDB reports about written files into Iceberg's statistics.

#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/parquet_write.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Names one primitive field of a schema as DuckDB's statistics do: `"a"."b"`, with lists as
/// `"l"."element"` and maps as `"m"."key"`, `"m"."value"`. In the order of the file's columns.
struct LeafField {
  const iceberg::Field* field = nullptr;
  std::string path;
};
std::vector<LeafField> LeafFields(const iceberg::Schema& schema);

/// Reads the rows of a COPY with RETURN_STATS. `report` has its columns filename, count,
/// file_size_bytes, footer_size_bytes, column_statistics.
Result<std::vector<WrittenFile>> FilesFromReport(duckdb::QueryResult& report,
                                                 const iceberg::Schema& schema);

/// Adds what only the footers tell: where row groups begin, and that floats hold no NaN. Throws.
void AddFooterFacts(const ScanServices& services, const iceberg::Schema& schema,
                    std::vector<WrittenFile>& files);

/// Cuts a bound of text or binary to 16 characters or bytes. An upper bound is rounded up; when
/// that can't be done there is none.
std::string TruncatedLower(const std::string& bound, const iceberg::Type& type);
std::optional<std::string> TruncatedUpper(const std::string& bound, const iceberg::Type& type);

}  // namespace healix::lakehouse::engine
