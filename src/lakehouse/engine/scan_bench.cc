// SPDX-License-Identifier: Apache-2.0
// Gate 5: twenty named queries over 1, 100 and 1,000 files through the engine, against DuckDB on
// the same Parquet in the same process; and with 1 % deletes against DuckDB anti-joining the same
// files. Prints one line per query and the geometric means; ends with 1 when a bound is broken.
// usage: healix_lakehouse_engine_bench [ROWS]   (default 4,000,000)
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/engine.h"

namespace {

using namespace healix;
using namespace healix::lakehouse::engine;
namespace iceberg = healix::lakehouse::iceberg;
using iceberg::TypeId;

constexpr int kRounds = 7;  // the best of them counts, for both
constexpr double kMeanMax = 1.05;
constexpr double kOneMax = 1.2;
constexpr double kDeletesMeanMax = 1.25;

struct NamedQuery {
  const char* name;
  const char* sql;  // the table is {t}
};

constexpr NamedQuery kQueries[] = {
    {"full_count", "SELECT count(*) FROM {t} WHERE value > -1"},
    {"full_sum", "SELECT sum(value), avg(patient) FROM {t}"},
    {"full_min_max", "SELECT min(seen), max(code), min(value + 1) FROM {t}"},
    {"full_group_low", "SELECT code, count(*), sum(value) FROM {t} GROUP BY code"},
    {"full_group_high",
     "SELECT patient, count(*) AS n FROM {t} GROUP BY patient ORDER BY n DESC, patient LIMIT 5"},
    {"full_distinct", "SELECT count(DISTINCT patient) FROM {t}"},
    {"full_text", "SELECT count(*) FROM {t} WHERE note LIKE '%99%'"},
    {"selective_point", "SELECT * FROM {t} WHERE id = 1234567"},
    {"selective_range", "SELECT sum(value) FROM {t} WHERE id BETWEEN 1000000 AND 1020000"},
    {"selective_in",
     "SELECT count(*), sum(value) FROM {t} WHERE id IN (5, 500000, 1500000, 2500000)"},
    {"selective_code", "SELECT count(*), sum(value) FROM {t} WHERE code = 'C7'"},
    {"selective_time", "SELECT count(*) FROM {t} WHERE seen < TIMESTAMP '2020-01-02'"},
    {"join_self",
     "SELECT count(*) FROM {t} a JOIN {t} b ON a.id = b.id + 1 WHERE a.code = 'C3' AND b.patient < "
     "2000"},
    {"join_values",
     "SELECT v.w, sum(value) FROM {t} JOIN (VALUES ('C1', 1), ('C2', 2)) v(c, w) ON c = code GROUP "
     "BY v.w"},
    {"join_semi",
     "SELECT count(*) FROM {t} WHERE patient IN (SELECT patient FROM {t} WHERE value > 999.5)"},
    {"top_n", "SELECT * FROM {t} ORDER BY value DESC, id LIMIT 10"},
    {"top_n_filtered", "SELECT id, note FROM {t} WHERE code = 'C5' ORDER BY seen DESC, id LIMIT 20"},
    {"nested_field", "SELECT place.city, count(*) FROM {t} GROUP BY ALL"},
    {"nested_filter", "SELECT count(*) FROM {t} WHERE place.zip = 42"},
    {"nested_list", "SELECT sum(len(tags)), sum(tags[1]) FROM {t}"}};

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

template <typename T>
T Must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().ToString().c_str());
    std::exit(2);
  }
  return std::move(result).value();
}

std::string With(std::string sql, const std::string& table) {
  for (std::size_t at = sql.find("{t}"); at != std::string::npos; at = sql.find("{t}")) {
    sql.replace(at, 3, table);
  }
  return sql;
}

template <typename Work>
double BestSeconds(Work&& work) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  return best;
}

ScanFile Scanned(const WrittenFile& written) {
  ScanFile file;
  file.path = written.path;
  file.location = written.path;
  file.size_bytes = written.size_bytes;
  file.record_count = written.record_count;
  for (const auto& [id, statistics] : written.fields) {
    if (statistics.lower_bound) file.lower_bounds[id] = *statistics.lower_bound;
    if (statistics.upper_bound) file.upper_bounds[id] = *statistics.upper_bound;
  }
  return file;
}

ScanTable WriteTable(Engine& engine, const std::string& folder, std::uint64_t rows, int files) {
  ScanTable table;
  table.schema = BenchSchema();
  std::filesystem::create_directories(folder);
  for (int n = 0; n < files; ++n) {
    const auto first =
        std::to_string(rows * static_cast<std::uint64_t>(n) / static_cast<std::uint64_t>(files));
    const auto last = std::to_string(rows * static_cast<std::uint64_t>(n + 1) /
                                     static_cast<std::uint64_t>(files));
    WriteOptions options;
    options.schema = table.schema;
    options.folder = folder;
    options.base_name = "f" + std::to_string(n);
    options.target_file_bytes = std::uint64_t{1} << 40;
    const std::string sql =
        "SELECT i, hash(i) % 40000, 'C' || i % 13, (hash(i) % 1000000) / 1000.0, TIMESTAMP "
        "'2020-01-01' + to_seconds(i * 10), 'note ' || hash(i) % 100000, {'city': 'city ' || i % "
        "50, 'zip': i % 1000}, [i % 5, i % 11] FROM range(" +
        first + ", " + last + ") t(i)";
    for (const WrittenFile& file : Must(engine.WriteParquet(SqlSource{nullptr, sql}, options))) {
      table.files.push_back(Scanned(file));
    }
  }
  return table;
}

// Deletes every hundredth row of each file; returns the delete files.
std::vector<std::string> WriteDeletes(Engine& engine, const std::string& folder, ScanTable& table) {
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

std::string ListSql(const std::vector<std::string>& paths) {
  std::string sql;
  for (const std::string& path : paths) sql += (sql.empty() ? "['" : ", '") + path + "'";
  return sql + "]";
}

struct Sides {
  Engine& engine;
  duckdb::Connection& plain;
};

// Compares all queries; returns the geometric mean of the ratios and the largest.
std::pair<double, double> Compare(Sides sides, const std::string& title, const ScanTable& table,
                                  const std::string& plain_table) {
  auto scope = std::make_shared<Scope>();
  scope->relations = {{"main", "t", std::nullopt, std::make_shared<const ScanTable>(table)}};
  double log_sum = 0;
  double largest = 0;
  for (const NamedQuery& query : kQueries) {
    const double plain = BestSeconds([&] {
      const auto result = sides.plain.SendQuery(With(query.sql, plain_table));
      if (result->HasError()) result->ThrowError();
      while (result->Fetch()) {
      }
    });
    const double ours = BestSeconds([&] {
      const auto stream = Must(sides.engine.Query(scope, With(query.sql, "t"), {}));
      while (Must(stream->Next()).has_value()) {
      }
    });
    log_sum += std::log(ours / plain);
    largest = std::max(largest, ours / plain);
    std::printf("%-14s %-16s duckdb %8.2f ms  healix %8.2f ms  ratio %.3f\n", title.c_str(),
                query.name, plain * 1e3, ours * 1e3, ours / plain);
  }
  const double mean = std::exp(log_sum / static_cast<double>(std::size(kQueries)));
  std::printf("%-14s geometric mean %.3f, largest %.3f\n", title.c_str(), mean, largest);
  return {mean, largest};
}

int Run(std::uint64_t rows, const std::string& folder) {
  EngineOptions options;
  options.threads = 2;
  options.memory_bytes_max = std::uint64_t{2} << 30;
  const auto engine = Must(Engine::Create(base::PosixFileSystem(), options));
  duckdb::DBConfig config;
  config.SetOptionByName("threads", duckdb::Value::BIGINT(2));
  config.SetOptionByName("memory_limit", duckdb::Value("2GiB"));
  duckdb::DuckDB database(nullptr, &config);
  duckdb::Connection plain(database);
  plain.Query("SET parquet_metadata_cache = true");
  const Sides sides{*engine, plain};
  bool holds = true;
  for (const int files : {1, 100, 1000}) {
    const std::string place = folder + "/" + std::to_string(files);
    ScanTable table = WriteTable(*engine, place, rows, files);
    std::vector<std::string> paths;
    for (const ScanFile& file : table.files) paths.push_back(file.path);
    const std::string scan = "parquet_scan(" + ListSql(paths) + ")";
    const auto [mean, largest] = Compare(sides, std::to_string(files) + " files", table, scan);
    holds = holds && mean <= kMeanMax && largest <= kOneMax;
    const auto deletes = WriteDeletes(*engine, place, table);
    const std::string joined =
        "(SELECT * FROM parquet_scan(" + ListSql(paths) +
        ", filename = true, file_row_number = true) d ANTI JOIN parquet_scan(" + ListSql(deletes) +
        ") e ON d.filename = e.file_path AND d.file_row_number = e.pos)";
    const auto [deletes_mean, unused] =
        Compare(sides, std::to_string(files) + " +deletes", table, joined);
    holds = holds && deletes_mean <= kDeletesMeanMax;
  }
  std::printf("gate 5: %s\n", holds ? "holds" : "BROKEN");
  return holds ? 0 : 1;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::uint64_t rows = argument_count > 1 ? std::stoull(arguments[1]) : 4'000'000;
  std::string folder = std::filesystem::temp_directory_path() / "healix-scan-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 2;
  const int result = Run(rows, folder);
  std::filesystem::remove_all(folder);
  return result;
}
