// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/scan_files_internal.h"
#include "lakehouse/engine/scan_reader_internal.h"
#include "lakehouse/engine/scan_statistics_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::MultiFileBindData;

/// Carries the source through the table function into the reader that DuckDB makes.
struct ScanInfo final : duckdb::TableFunctionInfo {
  explicit ScanInfo(std::shared_ptr<const ScanSource> scanned) : source(std::move(scanned)) {}
  std::shared_ptr<const ScanSource> source;
};

duckdb::unique_ptr<duckdb::MultiFileReader> MakeReader(const duckdb::TableFunction& function) {
  return duckdb::make_uniq<ScanReader>(
      static_cast<const ScanInfo&>(*function.function_info).source);
}

duckdb::virtual_column_map_t BoundVirtualColumns(
    duckdb::ClientContext&, duckdb::optional_ptr<duckdb::FunctionData> bind_data) {
  auto& bound = bind_data->Cast<MultiFileBindData>();
  const auto& list = static_cast<const ScanFileList&>(*bound.file_list);
  bound.virtual_columns = VirtualColumns(*list.source().table);
  return bound.virtual_columns;
}

const ScanFileList& FilesOf(const duckdb::FunctionData& bind_data) {
  return static_cast<const ScanFileList&>(*bind_data.Cast<MultiFileBindData>().file_list);
}

duckdb::vector<duckdb::PartitionStatistics> StatisticsOfFiles(
    duckdb::ClientContext&, duckdb::GetPartitionStatsInput& input) {
  return StatisticsPerFile(FilesOf(*input.bind_data));
}

duckdb::unique_ptr<duckdb::BaseStatistics> StatisticsOf(duckdb::ClientContext&,
                                                        const duckdb::FunctionData* bind_data,
                                                        duckdb::column_t column) {
  return StatisticsOfColumn(FilesOf(*bind_data), column);
}

duckdb::BindInfo TableOf(const duckdb::optional_ptr<duckdb::FunctionData> bind_data) {
  return duckdb::BindInfo(*FilesOf(*bind_data).table());
}

}  // namespace

duckdb::virtual_column_map_t VirtualColumns(const ScanTable& table) {
  using duckdb::LogicalType;
  using duckdb::MultiFileReader;
  using duckdb::TableColumn;
  const RowPlace place = PlaceColumns(table.schema);
  duckdb::virtual_column_map_t columns;
  columns.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILENAME,
                  TableColumn(place.file, LogicalType::VARCHAR));
  columns.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER,
                  TableColumn(place.position, LogicalType::BIGINT));
  columns.emplace(MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX,
                  TableColumn("_file_index", LogicalType::UBIGINT));
  columns.emplace(duckdb::COLUMN_IDENTIFIER_EMPTY, TableColumn("", LogicalType::BOOLEAN));
  return columns;
}

duckdb::vector<duckdb::column_t> RowIdColumns() {
  return {duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX,
          duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER};
}

BoundTableScan BindTableScan(duckdb::ClientContext& context,
                             std::shared_ptr<const ScanSource> source,
                             duckdb::TableCatalogEntry& entry) {
  auto& system = duckdb::Catalog::GetSystemCatalog(context);
  auto& parquet =
      system.GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "parquet_scan");
  duckdb::TableFunction function =
      parquet.functions.GetFunctionByArguments(context, {duckdb::LogicalType::VARCHAR});
  function.name = "table_scan";
  const bool may_hold_nan = MayHoldNaN(*source->table);
  function.function_info = duckdb::make_shared_ptr<ScanInfo>(std::move(source));
  function.get_multi_file_reader = MakeReader;
  function.get_virtual_columns = BoundVirtualColumns;
  function.get_partition_stats = StatisticsOfFiles;
  function.get_bind_info = TableOf;
  function.statistics = StatisticsOf;
  function.serialize = nullptr;
  function.deserialize = nullptr;

  duckdb::vector<duckdb::Value> inputs = {duckdb::Value("")};
  duckdb::named_parameter_map_t parameters;
  if (may_hold_nan) parameters["can_have_nan"] = duckdb::Value::BOOLEAN(true);
  duckdb::vector<duckdb::LogicalType> types;
  duckdb::vector<duckdb::string> names;
  const duckdb::TableFunctionRef no_reference;
  duckdb::TableFunctionBindInput input(inputs, parameters, types, names,
                                       function.function_info.get(), nullptr, function,
                                       no_reference);
  duckdb::vector<duckdb::LogicalType> bound_types;
  duckdb::vector<duckdb::string> bound_names;
  auto bind_data = function.bind(context, input, bound_types, bound_names);
  static_cast<ScanFileList&>(*bind_data->Cast<MultiFileBindData>().file_list).set_table(entry);
  BoundVirtualColumns(context, bind_data.get());
  return {std::move(function), std::move(bind_data)};
}

}  // namespace healix::lakehouse::engine
