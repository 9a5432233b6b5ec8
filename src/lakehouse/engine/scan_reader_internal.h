// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells DuckDB's Parquet reader which column of a file is which column of the table.

#include <memory>

#include "lakehouse/engine/deleted_rows_internal.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Gives the columns of a schema to DuckDB, by field id, with nested fields and defaults.
duckdb::vector<duckdb::MultiFileColumnDefinition> ColumnDefinitions(
    const std::vector<iceberg::Field>& fields);

/// Reads the files of one scan: binds to the table's schema, maps by field id or name mapping,
/// fills partition constants and virtual columns, hides deleted rows.
class ScanReader final : public duckdb::MultiFileReader {
 public:
  explicit ScanReader(std::shared_ptr<const ScanSource> source) : source_(std::move(source)) {}

  duckdb::shared_ptr<duckdb::MultiFileList> CreateFileList(
      duckdb::ClientContext& context, const duckdb::vector<duckdb::string>& paths,
      const duckdb::FileGlobInput& glob_input) override;
  bool Bind(duckdb::MultiFileOptions& options, duckdb::MultiFileList& files,
            duckdb::vector<duckdb::LogicalType>& return_types,
            duckdb::vector<duckdb::string>& names,
            duckdb::MultiFileReaderBindData& bind_data) override;
  duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState> InitializeGlobalState(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions& options,
      const duckdb::MultiFileReaderBindData& bind_data, const duckdb::MultiFileList& files,
      const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
      const duckdb::vector<duckdb::ColumnIndex>& global_column_ids) override;
  void FinalizeBind(duckdb::MultiFileReaderData& reader_data,
                    const duckdb::MultiFileOptions& options,
                    const duckdb::MultiFileReaderBindData& bind_data,
                    const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
                    const duckdb::vector<duckdb::ColumnIndex>& global_column_ids,
                    duckdb::ClientContext& context,
                    duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> state) override;
  duckdb::unique_ptr<duckdb::MultiFileReader> Copy() const override {
    return duckdb::make_uniq<ScanReader>(source_);
  }

 private:
  std::optional<duckdb::Value> ConstantFor(std::size_t file_index, duckdb::column_t column,
                                           const duckdb::BaseFileReader& reader) const;

  std::shared_ptr<const ScanSource> source_;
};

}  // namespace healix::lakehouse::engine
