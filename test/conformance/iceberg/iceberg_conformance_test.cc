// SPDX-License-Identifier: Apache-2.0
// Runs the public Iceberg suite: every query that judges reading, and every counted table.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/tables/foreign_table.h"
#include "scan_call.h"
#include "suite.h"

namespace healix::conformance::iceberg {
namespace {

namespace engine = lakehouse::engine;
namespace tables = lakehouse::tables;
using healix::testing::IsOk;
using Rows = std::vector<std::vector<std::string>>;

constexpr const char* kSuite = "conformance/iceberg";
constexpr const char* kArchive = "conformance/iceberg/duckdb-iceberg-persistent.tar.zst";

/// Unpacks the suite once and answers its queries through our engine.
class Reader final {
 public:
  explicit Reader(const std::string& archive) {
    const std::string command =
        "zstd -dc '" + archive + "' | tar -x -C '" + folder_.path().string() + "'";
    if (std::system(command.c_str()) != 0) ADD_FAILURE() << "the suite can't be unpacked";
    engine::EngineOptions options;
    options.threads = 2;
    auto made = engine::Engine::Create(base::PosixFileSystem(), options);
    if (!made) ADD_FAILURE() << made.error().ToString();
    engine_ = std::move(made).value();
  }

  std::string root() const { return folder_.path().string(); }

  Result<std::shared_ptr<const engine::ScanTable>> Open(const ScanCall& call,
                                                        const std::vector<std::string>& setup) {
    for (const auto& [name, value] : call.options) {
      if (name == "version" || name == "allow_moved_paths" || name == "snapshot_from_id") continue;
      return MakeError(ErrorCode::kUnsupported, "there is no such option of a scan");
    }
    const std::string metadata = MetadataFileOf(call, root());
    const std::string table_folder =
        std::filesystem::path(metadata).parent_path().parent_path().string();
    tables::ForeignTableOptions options;
    options.path_of = [this, table_folder](std::string_view location) -> Result<std::string> {
      return FileOf(location, root(), table_folder);
    };
    if (const auto id = call.options.find("snapshot_from_id"); id != call.options.end()) {
      options.snapshot_id = std::strtoll(id->second.c_str(), nullptr, 10);
    }
    if (std::count(setup.begin(), setup.end(),
                   "SET iceberg_unsafe_skip_puffin_verification = true") > 0) {
      options.bare_deletion_vectors = tables::ForeignTableOptions::BareDeletionVectors::kRead;
    }
    return tables::ReadForeignTable(base::PosixFileSystem(), metadata, options);
  }

  /// Opens what the query names and rewrites its calls to relations of a scope.
  Result<Rows> Answer(const QueryCase& query) {
    auto scope = std::make_shared<engine::Scope>();
    std::string sql = query.sql;
    const std::vector<ScanCall> calls = FindScanCalls(sql);
    for (std::size_t i = calls.size(); i-- > 0;) {
      HEALIX_TRY(auto table, Open(calls[i], query.setup));
      const std::string name = "scan_" + std::to_string(i);
      sql.replace(calls[i].begin, calls[i].end - calls[i].begin, name);
      scope->relations.push_back({.schema_name = "main", .name = name, .content = table});
    }
    HEALIX_RETURN_IF_ERROR(OpenParquet(*scope, sql));
    HEALIX_RETURN_IF_ERROR(InlineDescribe(scope, sql));
    // DuckDB calls the virtual column `filename`; here it is `_file`.
    sql = std::regex_replace(sql, std::regex(R"(\bfilename\b)"), "_file");
    return Run(scope, sql);
  }

  Result<Rows> Run(const std::shared_ptr<const engine::Scope>& scope, const std::string& sql) {
    static const std::regex describe(R"(^\s*describe\s+)", std::regex::icase);
    std::smatch match;
    if (std::regex_search(sql, match, describe)) return Describe(scope, match.suffix());
    HEALIX_TRY(auto stream,
               engine_->Query(scope, "SELECT COLUMNS(*)::VARCHAR FROM (" + sql + ")", {}));
    Rows rows;
    while (true) {
      HEALIX_TRY(const auto block, stream->NextRows());
      if (block.empty()) return rows;
      for (const engine::TextRow& row : block) rows.push_back(TextOf(row));
    }
  }

 private:
  Result<Rows> Describe(const std::shared_ptr<const engine::Scope>& scope, const std::string& sql) {
    HEALIX_TRY(const auto columns, engine_->Describe(scope, sql));
    Rows rows;
    for (const engine::ResultColumn& column : columns) {
      rows.push_back({column.name, column.sql_type, "YES", "NULL", "NULL", "NULL"});
    }
    return rows;
  }

  /// Replaces `(describe from t)`, which is no query here, by its rows as VALUES.
  Status InlineDescribe(const std::shared_ptr<const engine::Scope>& scope, std::string& sql) {
    static const std::regex inner(R"(\(describe (from \w+)\))", std::regex::icase);
    std::smatch match;
    if (!std::regex_search(sql, match, inner)) return {};
    HEALIX_TRY(const auto rows, Describe(scope, match[1]));
    std::string values;
    for (const auto& row : rows) values += (values.empty() ? "('" : ", ('") + row.front() + "')";
    sql = match.prefix().str() + "(VALUES " + values + ") AS described(column_name)" +
          match.suffix().str();
    return {};
  }

  Status OpenParquet(engine::Scope& scope, std::string& sql) {
    static const std::regex file(R"(from\s+'([^']*\.parquet)')", std::regex::icase);
    std::smatch match;
    if (!std::regex_search(sql, match, file)) return {};
    HEALIX_TRY(const auto info, engine_->InspectParquet(root() + "/" + match[1].str()));
    scope.relations.push_back({.schema_name = "main",
                               .name = "parquet_file",
                               .content = std::make_shared<const engine::ScanTable>(info.table)});
    sql = std::regex_replace(sql, file, "from parquet_file");
    return {};
  }

  static std::vector<std::string> TextOf(const engine::TextRow& row) {
    std::vector<std::string> cells;
    for (const engine::TextCell& cell : row) {
      const bool null = cell.kind == engine::TextCell::Kind::kNull;
      cells.push_back(null ? "NULL" : cell.text.empty() ? "(empty)" : cell.text);
    }
    return cells;
  }

  healix::testing::TempFolder folder_;
  std::unique_ptr<engine::Engine> engine_;
};

Reader& SharedReader(const std::string& archive) {
  static Reader reader(archive);
  return reader;
}

/// Rewrites every `2023-05-15 16:30:45+02` to the same instant as seconds, since a session of
/// healix is always in UTC and the suite sets Europe/Amsterdam.
std::string WithInstants(const std::string& cell) {
  static const std::regex stamp(R"((\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?\+(\d\d))");
  using namespace std::chrono;
  std::string text = cell;
  for (std::smatch at; std::regex_search(text, at, stamp);) {
    const auto date = year_month_day(year(std::stoi(at[1])), month(std::stoul(at[2])),
                                     day(static_cast<unsigned>(std::stoul(at[3]))));
    const auto instant = sys_days(date) + hours(std::stoi(at[4])) + minutes(std::stoi(at[5])) +
                         seconds(std::stoi(at[6])) - hours(std::stoi(at[8]));
    const auto count = duration_cast<seconds>(instant.time_since_epoch()).count();
    text = at.prefix().str() + "@" + std::to_string(count) + at[7].str() + at.suffix().str();
  }
  return text;
}

std::optional<double> NumberOf(const std::string& cell) {
  if (cell == "true") return 1;
  if (cell == "false") return 0;
  char* end = nullptr;
  const double number = std::strtod(cell.c_str(), &end);
  if (cell.empty() || *end != '\0') return std::nullopt;
  return number;
}

/// Compares as the suite's own runner does: text, or numbers and booleans by value (floats to a
/// relative 1e-6, since it prints a float column in the precision of a double).
bool SameCell(const std::string& got, const std::string& expected) {
  if (WithInstants(got) == WithInstants(expected)) return true;
  const auto left = NumberOf(got);
  const auto right = NumberOf(expected);
  const bool exact = expected.find('.') == std::string::npos;
  if (!left || !right) return false;
  return exact ? *left == *right : std::abs(*left - *right) <= 1e-6 * std::abs(*right);
}

bool SameRows(Rows got, Rows expected, const std::string& sort) {
  if (sort != "nosort") {
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
  }
  return std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                    [](const auto& left, const auto& right) {
                      return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                                        SameCell);
                    });
}

/// Returns a sum as 64 bits hold it: the independent reader's sums wrap around.
std::string Wrapped(const std::string& sum) {
  if (sum.find_first_not_of("-0123456789") != std::string::npos || sum.size() < 19) return sum;
  const bool negative = sum.front() == '-';
  std::uint64_t value = 0;
  for (const char digit : sum.substr(negative ? 1 : 0)) {
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return std::to_string(static_cast<std::int64_t>(negative ? 0 - value : value));
}

class QueryTest : public ::testing::TestWithParam<QueryCase> {};

TEST_P(QueryTest, AnswersAsTheSuiteSays) {
  HEALIX_SHARED_OR_SKIP(archive, kArchive);
  const QueryCase& query = GetParam();
  const auto exclusions = ReadExclusions(HEALIX_EXCLUSIONS);
  const auto excluded = exclusions.find(query.id);
  const auto rows = SharedReader(archive).Answer(query);
  const bool right = query.expect_error
                         ? !rows.has_value()
                         : rows.has_value() && SameRows(*rows, query.expect_rows, query.sort);
  if (excluded != exclusions.end()) {
    // Refusing a function that we do not have is no answer to a case that expects its own error.
    EXPECT_FALSE(right && !query.expect_error)
        << "an excluded case passes: take it out of the ledger";
    GTEST_SKIP() << excluded->second.type << ": " << excluded->second.reason;
  }
  if (query.expect_error) {
    EXPECT_FALSE(rows.has_value());
    return;
  }
  ASSERT_TRUE(IsOk(rows)) << query.sql;
  EXPECT_TRUE(right) << query.sql << "\n got " << ::testing::PrintToString(*rows) << "\n expected "
                     << ::testing::PrintToString(query.expect_rows);
}

class TableTest : public ::testing::TestWithParam<CountedTable> {};

TEST_P(TableTest, HasTheRowsAndSumsOfAnIndependentReader) {
  HEALIX_SHARED_OR_SKIP(archive, kArchive);
  const CountedTable& expected = GetParam();
  Reader& reader = SharedReader(archive);
  ScanCall call;
  call.path = expected.folder + "/metadata/" + expected.metadata_file;
  const auto table = reader.Open(call, {});
  ASSERT_TRUE(IsOk(table));
  auto scope = std::make_shared<engine::Scope>();
  scope->relations.push_back({.schema_name = "main", .name = "t", .content = *table});
  std::string sql = "SELECT count(*)";
  std::vector<std::string> wanted = {std::to_string(expected.rows)};
  for (const auto& [column, sum] : expected.sums) {
    sql += ", sum(\"" + column + "\")";
    wanted.push_back(sum == "None" ? "NULL" : sum);
  }
  const auto rows = reader.Run(scope, sql + " FROM t");
  ASSERT_TRUE(IsOk(rows));
  std::vector<std::string> got = rows->front();
  std::transform(got.begin(), got.end(), got.begin(), Wrapped);
  EXPECT_EQ(got, wanted);
}

std::string CaseName(const std::string& id) {
  return std::regex_replace(id, std::regex("[^A-Za-z0-9]"), "_");
}

std::vector<QueryCase> QueriesOrNone() {
  const auto file = healix::testing::SharedPath(std::string(kSuite) + "/duckdb_query_cases.ndjson");
  return file ? ReadQueryCases(*file) : std::vector<QueryCase>();
}

std::vector<CountedTable> TablesOrNone() {
  const auto file = healix::testing::SharedPath(std::string(kSuite) + "/expected_tables.csv");
  return file ? ReadCountedTables(*file) : std::vector<CountedTable>();
}

INSTANTIATE_TEST_SUITE_P(Iceberg, QueryTest, ::testing::ValuesIn(QueriesOrNone()),
                         [](const auto& chosen) { return CaseName(chosen.param.id); });
INSTANTIATE_TEST_SUITE_P(Iceberg, TableTest, ::testing::ValuesIn(TablesOrNone()),
                         [](const auto& chosen) { return CaseName(chosen.param.folder); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(QueryTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TableTest);

TEST(SuiteTest, IsWhole) {
  if (!healix::testing::SharedPath(kArchive)) GTEST_SKIP() << "shared data is absent: " << kArchive;
  const std::size_t excluded = ReadExclusions(HEALIX_EXCLUSIONS).size();
  EXPECT_EQ(QueriesOrNone().size(), 135u);
  EXPECT_EQ(QueriesOrNone().size() - excluded, 88u);
  EXPECT_EQ(TablesOrNone().size(), 27u);
}

}  // namespace
}  // namespace healix::conformance::iceberg
