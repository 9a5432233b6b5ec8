// SPDX-License-Identifier: Apache-2.0
// Gate 5: twenty named queries over 1, 100 and 1,000 files through the engine, against DuckDB on
// the same Parquet in the same process; and with 1 % deletes against DuckDB anti-joining the same
// delete files. Both have two threads, 2 GiB and a warm cache; they take turns, and the medians
// count. Prints a table of ratios and the verdict; ends with 1 when a bound is missed, with 2 when
// an answer differs. usage: healix_lakehouse_engine_bench [--rows=N] [--files=N] [--query=NAME]
//        [--deletes=with|without]
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/scan_bench_tables.h"

namespace {

using namespace healix;
using namespace healix::lakehouse::engine;

constexpr double kMeanMax = 1.05;
constexpr double kOneMax = 1.2;
constexpr double kDeletesMeanMax = 1.25;
constexpr std::uint64_t kMemoryBytes = std::uint64_t{2} << 30;
// A query runs in turns until both bounds are met, or the last one.
constexpr std::size_t kTurnsMin = 7;
constexpr std::size_t kTurnsMax = 101;
constexpr double kSecondsMin = 0.8;

struct Asked {
  std::uint64_t rows = 4'000'000;
  std::uint64_t files = 0;  // 0: all of 1, 100, 1,000
  std::string query;        // empty: all
  std::string deletes;      // `with`, `without`, empty: both
};

/// Holds the ratios of one table, by the order of kQueries; 0 where a query was left out.
struct Column {
  std::string title;
  bool has_deletes = false;
  std::array<double, std::size(kQueries)> ratios = {};

  double Mean() const {
    double log_sum = 0;
    int count = 0;
    for (const double ratio : ratios) {
      if (ratio == 0) continue;
      log_sum += std::log(ratio);
      ++count;
    }
    return count == 0 ? 0 : std::exp(log_sum / count);
  }
  double Largest() const { return *std::max_element(ratios.begin(), ratios.end()); }
  bool Holds() const {
    return has_deletes ? Mean() <= kDeletesMeanMax : Mean() <= kMeanMax && Largest() <= kOneMax;
  }
};

std::string With(std::string sql, const std::string& table) {
  for (std::size_t at = sql.find("{t}"); at != std::string::npos; at = sql.find("{t}")) {
    sql.replace(at, 3, table);
  }
  return sql;
}

template <typename Work>
double SecondsOf(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Runs one query on both sides.
class Contest {
 public:
  Contest(Engine& engine, std::shared_ptr<const Scope> scope, duckdb::Connection& plain)
      : engine_(engine), scope_(std::move(scope)), plain_(plain) {}

  void RunPlain(const std::string& sql) {
    const auto result = plain_.SendQuery(sql);
    if (result->HasError()) result->ThrowError();
    while (result->Fetch()) {
    }
  }

  void RunOurs(const std::string& sql) {
    const auto stream = Must(engine_.Query(scope_, sql, {}));
    while (Must(stream->Next()).has_value()) {
    }
  }

  // The rows without what only quotes and separates, floats to six digits: the order of a sum
  // is not fixed.
  std::vector<std::string> PlainRows(const std::string& sql) {
    std::vector<std::string> rows;
    const auto result = plain_.SendQuery(sql);
    if (result->HasError()) result->ThrowError();
    while (auto chunk = result->Fetch()) {
      for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
        std::string& text = rows.emplace_back();
        for (duckdb::idx_t column = 0; column < chunk->ColumnCount(); ++column) {
          const duckdb::Value value = chunk->GetValue(column, row);
          text += Bare(value.IsNull() ? "" : value.ToString());
        }
      }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  std::vector<std::string> OurRows(const std::string& sql) {
    std::vector<std::string> rows;
    const auto stream = Must(engine_.Query(scope_, sql, {}));
    for (auto more = Must(stream->NextRows()); !more.empty(); more = Must(stream->NextRows())) {
      for (const TextRow& row : more) {
        std::string& text = rows.emplace_back();
        for (const TextCell& cell : row) text += Bare(cell.text);
      }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

 private:
  static std::string Bare(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (end == text.c_str() + text.size() && !text.empty()) {
      std::array<char, 32> digits{};
      std::snprintf(digits.data(), digits.size(), "%.6g|", number);
      return digits.data();
    }
    std::string bare;
    for (const char c : text) {
      if (c != 'T' && std::isalnum(static_cast<unsigned char>(c)) != 0) bare += c;
    }
    return bare + "|";
  }

  Engine& engine_;
  std::shared_ptr<const Scope> scope_;
  duckdb::Connection& plain_;
};

double RatioOf(Contest& contest, const NamedQuery& query, const std::string& title) {
  const std::string plain_sql = With(query.sql, "plain");
  const std::string our_sql = With(query.sql, "t");
  // Also warms both caches.
  if (contest.PlainRows(plain_sql) != contest.OurRows(our_sql)) {
    std::fprintf(stderr, "%s, %s: the answers differ\n", title.c_str(), query.name);
    std::exit(2);
  }
  std::vector<double> plain;
  std::vector<double> ours;
  double total = 0;
  while (plain.size() < kTurnsMax && (plain.size() < kTurnsMin || total < kSecondsMin)) {
    const auto run_plain = [&] {
      plain.push_back(SecondsOf([&] { contest.RunPlain(plain_sql); }));
    };
    const bool plain_first = plain.size() % 2 == 0;
    if (plain_first) run_plain();
    ours.push_back(SecondsOf([&] { contest.RunOurs(our_sql); }));
    if (!plain_first) run_plain();
    total += plain.back() + ours.back();
  }
  const double ratio = Median(ours) / Median(plain);
  std::printf("%-15s %-16s duckdb %8.2f ms  healix %8.2f ms  ratio %.3f  (%zu turns)\n",
              title.c_str(), query.name, Median(plain) * 1e3, Median(ours) * 1e3, ratio,
              plain.size());
  std::fflush(stdout);
  return ratio;
}

struct Sides {
  Engine& engine;
  duckdb::Connection& plain;
};

// `plain_select` becomes a view, so that plain DuckDB need not parse the list of files each time.
Column Compare(const Sides& sides, const Asked& asked, const ScanTable& table,
               const std::string& plain_select) {
  Column column;
  column.has_deletes = !table.files.front().position_deletes.empty();
  column.title = std::to_string(table.files.size()) + (column.has_deletes ? " +deletes" : "");
  const auto made = sides.plain.Query("CREATE OR REPLACE VIEW plain AS " + plain_select);
  if (made->HasError()) made->ThrowError();
  auto scope = std::make_shared<Scope>();
  scope->relations = {{"main", "t", std::nullopt, std::make_shared<const ScanTable>(table)}};
  Contest contest(sides.engine, scope, sides.plain);
  for (std::size_t i = 0; i < std::size(kQueries); ++i) {
    if (!asked.query.empty() && asked.query != kQueries[i].name) continue;
    column.ratios[i] = RatioOf(contest, kQueries[i], column.title);
  }
  return column;
}

std::string ListSql(const std::vector<std::string>& paths) {
  std::string sql;
  for (const std::string& path : paths) sql += (sql.empty() ? "['" : ", '") + path + "'";
  return sql + "]";
}

std::vector<Column> CompareAll(const Sides& sides, const Asked& asked, const std::string& folder) {
  std::vector<Column> columns;
  for (const std::uint64_t files : {1, 100, 1000}) {
    if (asked.files != 0 && asked.files != files) continue;
    const std::string place = folder + "/" + std::to_string(files);
    ScanTable table = WriteBenchTable(sides.engine, {place, asked.rows, files});
    std::vector<std::string> paths;
    for (const ScanFile& file : table.files) paths.push_back(file.path);
    if (asked.deletes != "with") {
      columns.push_back(
          Compare(sides, asked, table, "SELECT * FROM parquet_scan(" + ListSql(paths) + ")"));
    }
    if (asked.deletes == "without") continue;
    const auto deletes = WriteBenchDeletes(sides.engine, place, table);
    columns.push_back(Compare(
        sides, asked, table,
        "SELECT * EXCLUDE (filename, file_row_number) FROM parquet_scan(" + ListSql(paths) +
            ", filename = true, file_row_number = true) d ANTI JOIN parquet_scan(" +
            ListSql(deletes) + ") e ON d.filename = e.file_path AND d.file_row_number = e.pos"));
  }
  return columns;
}

// Prints what came out; returns whether the gate holds.
bool Report(const std::vector<Column>& columns) {
  std::printf("\n%-16s", "ratio, files:");
  for (const Column& column : columns) std::printf(" %14s", column.title.c_str());
  for (std::size_t i = 0; i < std::size(kQueries); ++i) {
    std::printf("\n%-16s", kQueries[i].name);
    for (const Column& column : columns) std::printf(" %14.3f", column.ratios[i]);
  }
  std::printf("\n%-16s", "geometric mean");
  for (const Column& column : columns) std::printf(" %14.3f", column.Mean());
  std::printf("\n%-16s", "largest");
  for (const Column& column : columns) std::printf(" %14.3f", column.Largest());
  std::printf("\n%-16s", "verdict");
  for (const Column& column : columns) std::printf(" %14s", column.Holds() ? "holds" : "MISSED");
  const bool holds = std::all_of(columns.begin(), columns.end(),
                                 [](const Column& column) { return column.Holds(); });
  std::printf("\ngate 5: %s (mean <= %.2f and none > %.1f; with 1 %% deletes mean <= %.2f)\n",
              holds ? "holds" : "MISSED", kMeanMax, kOneMax, kDeletesMeanMax);
  return holds;
}

bool Run(const Asked& asked, const std::string& folder) {
  EngineOptions options;
  options.threads = 2;
  options.memory_bytes_max = kMemoryBytes;
  const auto engine = Must(Engine::Create(base::PosixFileSystem(), options));
  duckdb::DBConfig config;
  config.SetOptionByName("threads", duckdb::Value::BIGINT(2));
  config.SetOptionByName("memory_limit", duckdb::Value(std::to_string(kMemoryBytes) + "B"));
  config.SetOptionByName("temp_directory", duckdb::Value(""));
  duckdb::DuckDB database(nullptr, &config);
  duckdb::Connection plain(database);
  plain.Query("SET GLOBAL parquet_metadata_cache = true");
  return Report(CompareAll({*engine, plain}, asked, folder));
}

Asked AskedFrom(int argument_count, char** arguments) {
  Asked asked;
  for (int i = 1; i < argument_count; ++i) {
    const std::string_view argument = arguments[i];
    const std::string value(argument.substr(std::min(argument.find('=') + 1, argument.size())));
    if (argument.starts_with("--rows=")) asked.rows = std::stoull(value);
    if (argument.starts_with("--files=")) asked.files = std::stoull(value);
    if (argument.starts_with("--query=")) asked.query = value;
    if (argument.starts_with("--deletes=")) asked.deletes = value;
  }
  return asked;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const Asked asked = AskedFrom(argument_count, arguments);
  std::string folder = std::filesystem::temp_directory_path() / "healix-scan-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 2;
  const bool holds = Run(asked, folder);
  std::filesystem::remove_all(folder);
  return holds ? 0 : 1;
}
