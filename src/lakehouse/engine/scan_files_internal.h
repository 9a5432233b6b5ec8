// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lists the files of a scan and drops those that no row of interest can be in.

#include <memory>
#include <vector>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Names the option of OpenFileInfo that carries the index of the file in ScanTable::files.
inline constexpr const char* kFileIndexOption = "healix_file";

/// Lists some of the files of a table, in order.
/// Threads  immutable.
class ScanFileList final : public duckdb::MultiFileList {
 public:
  /// Lists all files.
  explicit ScanFileList(std::shared_ptr<const ScanSource> source);
  ScanFileList(const ScanFileList& whole, std::vector<std::size_t> indexes)
      : source_(whole.source_), table_(whole.table_), indexes_(std::move(indexes)) {}

  const ScanSource& source() const { return *source_; }
  /// The catalogue entry that is scanned; DuckDB asks for it by the bound data.
  duckdb::optional_ptr<duckdb::TableCatalogEntry> table() const { return table_; }
  void set_table(duckdb::optional_ptr<duckdb::TableCatalogEntry> table) { table_ = table; }
  const std::vector<std::size_t>& indexes() const { return indexes_; }

  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(
      duckdb::ClientContext& context, const duckdb::MultiFileOptions& options,
      const duckdb::vector<duckdb::string>& names, const duckdb::vector<duckdb::LogicalType>& types,
      const duckdb::vector<duckdb::column_t>& column_ids,
      duckdb::TableFilterSet& filters) const override;
  duckdb::vector<duckdb::OpenFileInfo> GetAllFiles() const override;
  duckdb::FileExpandResult GetExpandResult() const override;
  duckdb::idx_t GetTotalFileCount() const override { return indexes_.size(); }
  duckdb::unique_ptr<duckdb::NodeStatistics> GetCardinality(
      duckdb::ClientContext& context) const override;
  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override {
    return duckdb::make_uniq<ScanFileList>(*this, indexes_);
  }

 protected:
  bool FileIsAvailable(duckdb::idx_t) const override { return true; }
  duckdb::OpenFileInfo GetFile(duckdb::idx_t index) const override;

 private:
  std::shared_ptr<const ScanSource> source_;
  duckdb::optional_ptr<duckdb::TableCatalogEntry> table_;
  std::vector<std::size_t> indexes_;
};

/// Returns whether no value between the bounds of `file` can pass `filter` on `field`.
bool CanSkip(const ScanFile& file, const iceberg::Field& field, const duckdb::TableFilter& filter);

}  // namespace healix::lakehouse::engine
