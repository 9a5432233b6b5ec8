// SPDX-License-Identifier: Apache-2.0
#include "base/ids/uuid.h"
#include "lakehouse/tables/parquet_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::DataFile;

std::int64_t Signed(std::uint64_t count) { return static_cast<std::int64_t>(count); }

DataFile DataFileOf(const engine::WrittenFile& written, std::string location) {
  DataFile file;
  file.path = std::move(location);
  file.record_count = Signed(written.record_count);
  file.size_bytes = Signed(written.size_bytes);
  file.split_offsets = written.split_offsets;
  for (const auto& [id, statistics] : written.fields) {
    file.column_sizes[id] = Signed(statistics.column_bytes);
    file.value_counts[id] = Signed(statistics.value_count);
    file.null_value_counts[id] = Signed(statistics.null_count);
    if (statistics.nan_count) file.nan_value_counts[id] = Signed(*statistics.nan_count);
    if (statistics.lower_bound) file.lower_bounds[id] = *statistics.lower_bound;
    if (statistics.upper_bound) file.upper_bounds[id] = *statistics.upper_bound;
  }
  return file;
}

}  // namespace

Result<std::vector<DataFile>> WriteParquetFiles(const WarehouseParts& parts, ParquetJob job) {
  const std::string folder = job.table_location + "/data";
  HEALIX_TRY(job.options.folder, parts.objects.PrepareFolder(folder));
  job.options.base_name = base::MakeUuidV4(parts.randomness).ToString();
  HEALIX_TRY(const std::vector<engine::WrittenFile> written,
             parts.engine.WriteParquet(std::move(job.source), job.options));
  std::vector<DataFile> files;
  std::vector<std::string> locations;
  for (const engine::WrittenFile& file : written) {
    locations.push_back(folder + file.path.substr(file.path.rfind('/')));
    files.push_back(DataFileOf(file, locations.back()));
  }
  if (const Status adopted = parts.objects.Adopt(locations); !adopted) {
    RemoveFiles(parts, files);
    return adopted.error();
  }
  return files;
}

Result<std::shared_ptr<const engine::ScanTable>> ScanOf(const WarehouseParts& parts,
                                                        const iceberg::Schema& schema,
                                                        const std::vector<DataFile>& files) {
  auto table = std::make_shared<engine::ScanTable>();
  table->schema = schema;
  table->file_changes = engine::ScanTable::FileChanges::kNever;
  for (const DataFile& file : files) {
    engine::ScanFile scan;
    HEALIX_TRY(scan.path, parts.objects.PathOf(file.path));
    scan.location = file.path;
    scan.size_bytes = static_cast<std::uint64_t>(file.size_bytes);
    scan.record_count = static_cast<std::uint64_t>(file.record_count);
    scan.lower_bounds = file.lower_bounds;
    scan.upper_bounds = file.upper_bounds;
    scan.null_counts = file.null_value_counts;
    scan.nan_counts = file.nan_value_counts;
    table->files.push_back(std::move(scan));
  }
  return std::shared_ptr<const engine::ScanTable>(std::move(table));
}

std::shared_ptr<const engine::Scope> ScopeOf(std::string name,
                                             std::shared_ptr<const engine::ScanTable> table) {
  auto scope = std::make_shared<engine::Scope>();
  engine::Relation relation;
  relation.schema_name = "main";
  relation.name = std::move(name);
  relation.content = std::move(table);
  scope->relations.push_back(std::move(relation));
  return scope;
}

void RemoveFiles(const WarehouseParts& parts, const std::vector<DataFile>& files) {
  for (const DataFile& file : files) {
    (void)parts.objects.Delete(file.path).has_value();  // else it stays as an orphan
  }
}

Status EachTextRow(const WarehouseParts& parts, std::shared_ptr<const engine::Scope> scope,
                   const std::string& sql,
                   const std::function<Status(const engine::TextRow&)>& on_row) {
  HEALIX_TRY(const auto stream, parts.engine.Query(std::move(scope), sql, {}));
  for (;;) {
    HEALIX_TRY(const std::vector<engine::TextRow> rows, stream->NextRows());
    if (rows.empty()) return {};
    for (const engine::TextRow& row : rows) HEALIX_RETURN_IF_ERROR(on_row(row));
  }
}

std::string SqlLiteral(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace healix::lakehouse::tables
