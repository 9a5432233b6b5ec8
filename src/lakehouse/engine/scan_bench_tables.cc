// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/scan_bench_tables.h"

#include <filesystem>

namespace healix::lakehouse::engine {
namespace {

using iceberg::TypeId;

iceberg::Field MakeField(std::int32_t id, const char* name, iceberg::Type type) {
  iceberg::Field field;
  field.id = id;
  field.name = name;
  field.type = std::move(type);
  return field;
}

iceberg::Schema BenchSchema() {
  iceberg::Type place;
  place.id = TypeId::kStruct;
  place.fields = {MakeField(11, "city", iceberg::Primitive(TypeId::kString)),
                  MakeField(12, "zip", iceberg::Primitive(TypeId::kInt))};
  iceberg::Type tags;
  tags.id = TypeId::kList;
  tags.fields = {MakeField(13, "element", iceberg::Primitive(TypeId::kInt))};
  iceberg::Schema schema;
  schema.fields = {MakeField(1, "id", iceberg::Primitive(TypeId::kLong)),
                   MakeField(2, "patient", iceberg::Primitive(TypeId::kLong)),
                   MakeField(3, "code", iceberg::Primitive(TypeId::kString)),
                   MakeField(4, "value", iceberg::Primitive(TypeId::kDouble)),
                   MakeField(5, "seen", iceberg::Primitive(TypeId::kTimestamp)),
                   MakeField(6, "note", iceberg::Primitive(TypeId::kString)),
                   MakeField(7, "place", place),
                   MakeField(8, "tags", tags)};
  return schema;
}

std::string RowsSql(std::uint64_t first, std::uint64_t end) {
  return "SELECT i, hash(i) % 40000, 'C' || i % 13, (hash(i) % 1000000) / 1000.0, TIMESTAMP "
         "'2020-01-01' + to_seconds(i * 10), 'note ' || hash(i) % 100000, {'city': 'city ' || i % "
         "50, 'zip': i % 1000}, [i % 5, i % 11] FROM range(" +
         std::to_string(first) + ", " + std::to_string(end) + ") t(i)";
}

// What tables takes from a manifest, taken from the writer.
ScanFile Scanned(const WrittenFile& written) {
  ScanFile file;
  file.path = written.path;
  file.location = written.path;
  file.size_bytes = written.size_bytes;
  file.record_count = written.record_count;
  for (const auto& [id, statistics] : written.fields) {
    if (statistics.lower_bound) file.lower_bounds[id] = *statistics.lower_bound;
    if (statistics.upper_bound) file.upper_bounds[id] = *statistics.upper_bound;
    file.null_counts[id] = static_cast<std::int64_t>(statistics.null_count);
    if (statistics.nan_count)
      file.nan_counts[id] = static_cast<std::int64_t>(*statistics.nan_count);
  }
  return file;
}

}  // namespace

ScanTable WriteBenchTable(Engine& engine, const TableSize& size) {
  ScanTable table;
  table.schema = BenchSchema();
  table.file_changes = ScanTable::FileChanges::kNever;  // as tables of a warehouse
  std::filesystem::create_directories(size.folder);
  for (std::uint64_t n = 0; n < size.files; ++n) {
    WriteOptions options;
    options.schema = table.schema;
    options.folder = size.folder;
    options.base_name = "f" + std::to_string(n);
    options.target_file_bytes = std::uint64_t{1} << 40;
    const std::string sql = RowsSql(size.rows * n / size.files, size.rows * (n + 1) / size.files);
    for (const WrittenFile& file : Must(engine.WriteParquet(SqlSource{nullptr, sql}, options))) {
      table.files.push_back(Scanned(file));
    }
  }
  return table;
}

std::vector<std::string> WriteBenchDeletes(Engine& engine, const std::string& folder,
                                           ScanTable& table) {
  std::vector<std::string> paths;
  for (ScanFile& file : table.files) {
    WriteOptions options;
    options.schema.fields = {
        MakeField(2147483546, "file_path", iceberg::Primitive(TypeId::kString)),
        MakeField(2147483545, "pos", iceberg::Primitive(TypeId::kLong))};
    options.folder = folder;
    options.base_name = "d" + std::to_string(paths.size());
    options.sort_columns = {{"file_path"}, {"pos"}};
    const std::string sql = "SELECT '" + file.location + "', i FROM range(0, " +
                            std::to_string(file.record_count) + ", 100) t(i)";
    paths.push_back(Must(engine.WriteParquet(SqlSource{nullptr, sql}, options)).at(0).path);
    file.position_deletes = {paths.back()};
  }
  return paths;
}

}  // namespace healix::lakehouse::engine
