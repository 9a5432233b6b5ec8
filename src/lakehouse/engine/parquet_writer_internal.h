// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes Parquet files with DuckDB's writer.

#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/parquet_write.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Writes what Engine::WriteParquet() describes. May throw instead of returning an error.
Result<std::vector<WrittenFile>> WriteParquetFiles(const ScanServices& services, WriteSource source,
                                                   const WriteOptions& options);

/// Makes every write of Arrow batches use one thread, whose row group is all that it holds. Its
/// rows come one batch at a time anyway, from a producer that needs a processor core itself.
void ScanArrowOnOneThread(duckdb::DatabaseInstance& database);

/// Returns the statement that writes the columns c0, c1 … of a subquery as `options` say.
std::string CopySql(const WriteOptions& options);

}  // namespace healix::lakehouse::engine
