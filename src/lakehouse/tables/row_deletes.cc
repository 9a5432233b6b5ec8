// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/row_deletes.h"

#include <charconv>
#include <map>
#include <set>

#include "lakehouse/tables/parquet_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::DataFile;

// Field ids that the specification reserves for delete files.
constexpr std::int32_t kFilePathId = 2147483546;
constexpr std::int32_t kPositionId = 2147483545;

iceberg::Schema DeleteSchema() {
  iceberg::Schema schema;
  schema.fields.push_back(
      {kFilePathId, "file_path", true, iceberg::Primitive(iceberg::TypeId::kString), {}, {}, {}});
  schema.fields.push_back(
      {kPositionId, "pos", true, iceberg::Primitive(iceberg::TypeId::kLong), {}, {}, {}});
  return schema;
}

ParquetJob DeleteJob(const std::string& table_location, engine::SqlSource source) {
  ParquetJob job{table_location, {}, std::move(source)};
  job.options.schema = DeleteSchema();
  job.options.sort_columns = {{"file_path"}, {"pos"}};
  return job;
}

std::uint64_t CountOf(const engine::TextCell& cell) {
  std::uint64_t count = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), count);
  return count;
}

/// Data files of one partition: position deletes apply within it only.
using PartitionKey = std::pair<std::int32_t, std::vector<iceberg::Value>>;

/// What a deletion does to one data file.
struct FileHit {
  const iceberg::PlannedFile* planned = nullptr;
  std::uint64_t rows_hit = 0;
  std::uint64_t rows_live = 0;

  bool IsEmptied() const { return rows_hit >= rows_live; }
};

}  // namespace

struct RowDeleter::Hits {
  std::map<std::string, FileHit> by_location;
  std::uint64_t rows = 0;
};

Result<PlannedDelete> RowDeleter::Plan(const TableSnapshot& snapshot, engine::SqlSource rows) {
  PlannedDelete planned;
  if (!snapshot.snapshot_id()) return planned;
  if (snapshot.metadata().format_version > 2) {
    return MakeError(ErrorCode::kUnsupported, "rows of v3 tables can't be deleted yet");
  }
  HEALIX_TRY(const auto plan, warehouse_.PlanFiles(snapshot));
  HEALIX_TRY(const std::vector<DataFile> staged,
             WriteParquetFiles(parts_, DeleteJob(snapshot.metadata().location, std::move(rows))));
  if (staged.empty()) return planned;
  const Status done = [&]() -> Status {
    HEALIX_TRY(Hits hits, CountHits(*plan, staged));
    HEALIX_TRY(const auto table, warehouse_.ToScanTable(snapshot));
    HEALIX_RETURN_IF_ERROR(CountLiveRows(*table, hits));
    planned.rows_deleted = hits.rows;
    return WriteDeleteFiles(snapshot, hits, staged, planned.operation);
  }();
  RemoveFiles(parts_, staged);
  if (done) return planned;
  Discard(planned);
  return done.error();
}

Result<PlannedDelete> RowDeleter::PlanAll(const TableSnapshot& snapshot) {
  PlannedDelete planned;
  if (!snapshot.snapshot_id()) return planned;
  HEALIX_TRY(const auto plan, warehouse_.PlanFiles(snapshot));
  HEALIX_TRY(const auto table, warehouse_.ToScanTable(snapshot));
  Hits hits;
  for (const iceberg::PlannedFile& file : plan->files) {
    hits.by_location[file.entry.file.path] = {&file, 1, 0};
    planned.operation.removed_data_files.push_back(file.entry.file.path);
  }
  HEALIX_RETURN_IF_ERROR(CountLiveRows(*table, hits));
  for (const auto& [location, hit] : hits.by_location) planned.rows_deleted += hit.rows_live;
  return planned;
}

Result<RowDeleter::Hits> RowDeleter::CountHits(const iceberg::ScanPlan& plan,
                                               const std::vector<DataFile>& staged) {
  std::map<std::string, const iceberg::PlannedFile*> files;
  for (const iceberg::PlannedFile& file : plan.files) files[file.entry.file.path] = &file;
  Hits hits;
  HEALIX_TRY(auto table, ScanOf(parts_, DeleteSchema(), staged));
  HEALIX_RETURN_IF_ERROR(EachTextRow(
      parts_, ScopeOf("staged", std::move(table)),
      "SELECT file_path, count(*) FROM staged GROUP BY file_path",
      [&](const engine::TextRow& row) -> Status {
        const auto file = files.find(row[0].text);
        if (file == files.end()) {
          return MakeError(ErrorCode::kInternal, "a deleted row lies outside the snapshot");
        }
        const std::uint64_t rows = CountOf(row[1]);
        hits.by_location[row[0].text] = {file->second, rows, 0};
        hits.rows += rows;
        return {};
      }));
  return hits;
}

/// Files without deletes have as many rows as the manifest says; the others are counted.
Status RowDeleter::CountLiveRows(const engine::ScanTable& table, Hits& hits) {
  auto with_deletes = std::make_shared<engine::ScanTable>(table);
  with_deletes->files.clear();
  for (const engine::ScanFile& file : table.files) {
    const auto hit = hits.by_location.find(file.location);
    if (hit == hits.by_location.end()) continue;
    if (file.position_deletes.empty() && file.equality_deletes.empty() && !file.deletion_vector) {
      hit->second.rows_live = file.record_count;
    } else {
      with_deletes->files.push_back(file);
    }
  }
  if (with_deletes->files.empty()) return {};
  const std::string file = engine::PlaceColumns(table.schema).file;
  return EachTextRow(parts_, ScopeOf("live", std::move(with_deletes)),
                     "SELECT " + file + ", count(*) FROM live GROUP BY " + file,
                     [&](const engine::TextRow& row) -> Status {
                       hits.by_location[row[0].text].rows_live = CountOf(row[1]);
                       return {};
                     });
}

Status RowDeleter::WriteDeleteFiles(const TableSnapshot& snapshot, const Hits& hits,
                                    const std::vector<DataFile>& staged, DeleteRows& operation) {
  std::map<PartitionKey, std::vector<std::string>> partitions;
  for (const auto& [location, hit] : hits.by_location) {
    if (hit.IsEmptied()) {
      operation.removed_data_files.push_back(location);
      continue;
    }
    const DataFile& data = hit.planned->entry.file;
    operation.referenced_data_files.push_back(location);
    partitions[{data.spec_id, data.partition}].push_back(location);
  }
  HEALIX_TRY(auto table, ScanOf(parts_, DeleteSchema(), staged));
  const auto scope = ScopeOf("staged", std::move(table));
  for (const auto& [partition, locations] : partitions) {
    std::string sql = "SELECT file_path, pos FROM staged WHERE file_path IN (";
    for (const std::string& location : locations) {
      sql += (&location == &locations.front() ? "" : ", ") + SqlLiteral(location);
    }
    HEALIX_TRY(
        std::vector<DataFile> files,
        WriteParquetFiles(parts_, DeleteJob(snapshot.metadata().location, {scope, sql + ")"})));
    for (DataFile& file : files) {
      file.content = iceberg::FileContent::kPositionDeletes;
      file.spec_id = partition.first;
      file.partition = partition.second;
      file.lower_bounds[kFilePathId] = locations.front();
      file.upper_bounds[kFilePathId] = locations.back();
      if (locations.size() == 1) file.referenced_data_file = locations.front();
      operation.delete_files.push_back(std::move(file));
    }
  }
  return {};
}

void RowDeleter::Discard(const PlannedDelete& planned) {
  RemoveFiles(parts_, planned.operation.delete_files);
}

}  // namespace healix::lakehouse::tables
