// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using testing::IsError;
using testing::IsOk;

class LimitsTest : public EngineTest {};

TEST_F(LimitsTest, StatementsThatReachOutsideAreRefused) {
  const std::string file = folder_ / "secret.csv";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(files(), file, "a\n1\n")));
  for (const std::string& sql : std::initializer_list<std::string>{
           "SELECT * FROM read_csv('" + file + "')",
           "SELECT * FROM read_text('" + file + "')",
           "SELECT * FROM parquet_scan('hx://" + file + "')",
           "SELECT * FROM glob('/*')",
           "SELECT * FROM sniff_csv('" + file + "')",
           "SELECT * FROM duckdb_settings()",
           "SELECT * FROM duckdb_secrets()",
           "SELECT * FROM pragma_database_list()",
           "SELECT * FROM query('SELECT 1')",
           "SELECT * FROM query_table('x')",
           "SELECT * FROM arrow_scan_dumb(0, 0, 0)",
           "SELECT current_setting('temp_directory')",
           "SELECT getenv('HOME')",
           "COPY (SELECT 1) TO '" + (folder_ / "out.csv") + "'",
           "COPY (SELECT 1) TO 'hx://" + (folder_ / "out.parquet") + "'",
           "ATTACH '" + (folder_ / "x.db") + "'",
           "EXPORT DATABASE '" + (folder_ / "x") + "'",
           "INSTALL httpfs",
           "LOAD httpfs",
           "SET threads = 1",
           "RESET lock_configuration",
           "PRAGMA database_list",
           "CALL pragma_version()",
           "CREATE TABLE t (a INT)",
           "CREATE TEMP TABLE t AS SELECT 1",
           "INSERT INTO t VALUES (1)",
           "DELETE FROM t",
           "DROP TABLE t",
           "USE system",
           "SHOW TABLES",
           "DESCRIBE SELECT 1",
           "SELECT 1; SELECT 2",
           "BEGIN",
           "EXPLAIN COPY (SELECT 1) TO '/tmp/x'",
           "WITH x AS (SELECT * FROM read_csv('" + file + "')) SELECT 1",
           "SELECT (SELECT count(*) FROM glob('*'))"}) {
    EXPECT_EQ(Ask(sql), "SQL_REFUSED") << sql;
  }
  for (const std::string& sql : std::initializer_list<std::string>{
           "SELECT * FROM '" + file + "'", "SELECT * FROM \"hx://" + file + "\"",
           "SELECT * FROM pg_catalog.pg_class", "SELECT * FROM duckdb_tables",
           "SELECT * FROM system.information_schema.tables", "SELECT * FROM sqlite_master",
           "SELECT * FROM memory.main.t"}) {
    EXPECT_EQ(Ask(sql), "TABLE_NOT_FOUND") << sql;
  }
  EXPECT_EQ(*files().List(folder_.path().string()), std::vector<std::string>{"secret.csv"});
}

TEST_F(LimitsTest, ViewsCantReachOutsideEither) {
  scope_.relations.push_back(
      {"main", "v", std::nullopt, ViewText{"SELECT * FROM read_csv('/etc/passwd')"}});
  EXPECT_EQ(Ask("SELECT * FROM v"), "SQL_REFUSED");
  scope_.relations.push_back({"main", "w", std::nullopt, ViewText{"COPY (SELECT 1) TO '/tmp/x'"}});
  EXPECT_EQ(Ask("SELECT * FROM w"), "QUERY_FAILED");
}

TEST_F(LimitsTest, AStatementCantPutValuesIntoErrors) {
  for (const char* sql :
       {"SELECT error('Jane Doe')", "SELECT error('healix:5005:Jane Doe')",
        "SELECT CAST('Jane Doe' AS INTEGER)",
        "SELECT error(s) FROM (SELECT 'Jane Doe' || i AS s FROM range(3) t(i))"}) {
    auto stream = engine_->Query(nullptr, sql, {});
    const auto rows = stream ? AllRows(**stream) : Result<std::string>(stream.error());
    ASSERT_FALSE(rows.has_value()) << sql;
    EXPECT_EQ(rows.error().ToString().find("Jane"), std::string::npos) << rows.error().ToString();
  }
}

TEST_F(LimitsTest, HarmlessStatementsPass) {
  EXPECT_EQ(Ask("SELECT sum(i) FROM range(5) t(i)"), "10");
  EXPECT_EQ(Ask("VALUES (1), (2)"), "1\n2");
  EXPECT_EQ(Ask("SELECT unnest([1, 2])"), "1\n2");
  EXPECT_EQ(
      Ask("SELECT regexp_replace('abc', 'b', 'x'), json_extract_string('{\"a\":\"b\"}', '$.a')"),
      "axc|b");
  EXPECT_NE(Ask("EXPLAIN SELECT 1").find("PROJECTION"), std::string::npos);
}

constexpr const char* kLargeSort =
    "SELECT count(*) FROM (SELECT md5(i::VARCHAR) || i AS s FROM range(3000000) t(i) ORDER BY s "
    "OFFSET 1)";

TEST_F(LimitsTest, MemoryIsBounded) {
  EngineOptions options = Options();
  options.memory_bytes_max = std::uint64_t{64} << 20;
  Open(options);
  EXPECT_EQ(Ask("SELECT length(string_agg(md5(i::VARCHAR), '')) FROM range(3000000) t(i)"),
            "MEMORY_EXCEEDED");
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(LimitsTest, FunctionsThatMakeLargeValuesAreBounded) {
  EngineOptions options = Options();
  options.memory_bytes_max = std::uint64_t{64} << 20;
  Open(options);
  // Values of which each is far over the limit, by functions that DuckDB's own limit does not know.
  for (const char* value : {"repeat('x', 2000000000)",
                            "repeat([1], 500000000)",
                            "list_resize([1], 500000000, 1)",
                            "array_to_string(list_resize([1], 500000000, 1), ',')",
                            "range(100000000)",
                            "len(range(100000000))",
                            "generate_series(1, 100000000)",
                            "printf('%2000000000d', 1)",
                            "printf('%*d', 2000000000, 1)",
                            "format('{:2000000000}', 1)",
                            "format('{:{}}', 1, 2000000000)",
                            "lpad('x', 2000000000, 'y')",
                            "rpad('x', 2000000000, 'y')",
                            "bitstring('1', 2000000000)",
                            "replace(repeat('x', 1000000), 'x', repeat('y', 1000))",
                            "regexp_replace(repeat('x', 1000000), 'x', repeat('y', 1000), 'g')",
                            "damerau_levenshtein(repeat('a', 30000), repeat('b', 30000))",
                            "string_split(repeat('x', 20000000), '')",
                            "regexp_extract_all(repeat('x', 20000000), 'x')",
                            "json_pretty(repeat('[', 30000) || repeat(']', 30000))"}) {
    EXPECT_EQ(Ask("SELECT " + std::string(value)), "MEMORY_EXCEEDED") << value;
  }
  EXPECT_EQ(Ask("SELECT length(repeat('x', 1000000)), len(range(100000))"), "1000000|100000");
  EXPECT_EQ(Ask("SELECT printf('%05d|%s', 7, 'x'), format('{:>4}', 'x'), lpad('7', 3, '0'), "
                "replace('aba', 'a', 'cc'), regexp_replace('aba', 'a', '[\\0]', 'g'), "
                "translate('abc', 'b', 'x'), damerau_levenshtein('ab', 'ba')"),
            "00007|x|   x|007|ccbcc|[a]b[a]|axc|1");
}

TEST_F(LimitsTest, LongListsAreNotMadeWhilePlanning) {
  for (const char* call :
       {"range(7)", "generate_series(7)", "repeat([7], 7)", "list_resize([7], 7)",
        "string_split('7 7', ' ')", "regexp_extract_all('7 7', '7')"}) {
    const std::string function(call, std::string_view(call).find('('));
    const std::string plan = Ask("EXPLAIN SELECT len(" + std::string(call) + ")");
    EXPECT_NE(plan.find(function), std::string::npos)
        << call << " was made by the planner: " << plan;
  }
  EXPECT_EQ(Ask("SELECT len(range(3)), i FROM unnest(range(2)) t(i) WHERE i IN (SELECT "
                "unnest(range(i + 1)))"),
            "3|0\n3|1");
}

TEST_F(LimitsTest, SpillIsBounded) {
  EngineOptions options = Options();
  options.memory_bytes_max = std::uint64_t{64} << 20;
  options.temp_folder = folder_ / "temp";
  Open(options);
  EXPECT_EQ(Ask(kLargeSort), "2999999");
  options.temp_bytes_max = std::uint64_t{4} << 20;
  engine_.reset();
  Open(options);
  EXPECT_EQ(Ask(kLargeSort), "TEMP_SPACE_EXCEEDED");
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(LimitsTest, OldSpillIsRemoved) {
  EngineOptions options = Options();
  options.temp_folder = folder_ / "temp";
  ASSERT_TRUE(IsOk(files().MakeFolders(options.temp_folder + "/spill-7")));
  ASSERT_TRUE(IsOk(base::WriteFileDurably(files(), options.temp_folder + "/spill-7/x", "old")));
  Open(options);
  EXPECT_FALSE(files().Stat(options.temp_folder + "/spill-7").has_value());
}

TEST_F(LimitsTest, ARunningQueryCanBeCancelled) {
  auto stream = engine_->Query(
      nullptr, "SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 1", {});
  if (!stream) FAIL() << stream.error().ToString();
  std::atomic<bool> fetching = false;
  std::thread canceller([&] {
    while (!fetching) std::this_thread::yield();
    (*stream)->Cancel();
  });
  fetching = true;
  const auto rows = (*stream)->NextRows();
  canceller.join();
  EXPECT_TRUE(IsError(rows, ErrorCode::kCancelled));
  EXPECT_TRUE(IsError((*stream)->NextRows(), ErrorCode::kCancelled));
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(LimitsTest, ProgressIsAShare) {
  auto stream = engine_->Query(nullptr, "SELECT i FROM range(100000) t(i)", {});
  ASSERT_TRUE(IsOk(stream));
  EXPECT_TRUE(IsOk((*stream)->NextRows()));
  EXPECT_LE((*stream)->Progress(), 1.0);
}

TEST_F(LimitsTest, AnAbandonedStreamStopsItsQuery) {
  auto stream = engine_->Query(nullptr, "SELECT i FROM range(100000000000) t(i)", {});
  ASSERT_TRUE(IsOk(stream));
  EXPECT_TRUE(IsOk((*stream)->NextRows()));
  stream->reset();
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

TEST_F(LimitsTest, BadOptionsAreRefused) {
  EngineOptions options;
  options.memory_bytes_max = 1;
  EXPECT_TRUE(IsError(OpenTestEngine(files(), options), ErrorCode::kInvalidArgument));
  options = {};
  options.threads = 5000;
  EXPECT_TRUE(IsError(OpenTestEngine(files(), options), ErrorCode::kInvalidArgument));
}

TEST_F(LimitsTest, ManyStatementsRunAtOnce) {
  std::vector<std::thread> askers;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&, i] {
      const auto sql = "SELECT count(*) FROM range(" + std::to_string(i * 1000) + ")";
      for (int round = 0; round < 5; ++round) {
        if (Ask(sql) == std::to_string(i * 1000)) ++right;
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(right, 40);
}

TEST_F(LimitsTest, ValuesAreTextAsDocumented) {
  EXPECT_EQ(Ask("SELECT 170141183460469231731687303715884105727, 1.50::DECIMAL(4,2), 0.1::FLOAT, "
                "'NaN'::DOUBLE, 1e300, true"),
            "170141183460469231731687303715884105727|1.50|0.1|NaN|1e+300|true");
  EXPECT_EQ(Ask("SELECT TIMESTAMP '2024-01-31 08:00:00.5', TIMESTAMPTZ '2024-01-31 08:00:00+01', "
                "DATE '2024-01-31', TIME '08:00:01'"),
            "2024-01-31T08:00:00.5|2024-01-31T07:00:00Z|2024-01-31|08:00:01");
  EXPECT_EQ(Ask("SELECT {'a': [1, NULL], 'b': {'c': 'x\"y'}}, MAP {'k': 1.5}, 'ab'::BLOB, "
                "[DATE '2024-01-31'], NULL"),
            "{\"a\": [1, null], \"b\": {\"c\": \"x\\\"y\"}}|[{\"key\": \"k\", \"value\": 1.5}]|"
            "YWI=|[\"2024-01-31\"]|NULL");
  EXPECT_EQ(Ask("SELECT uuid FROM (SELECT '00112233-4455-6677-8899-aabbccddeeff'::UUID AS uuid)"),
            "00112233-4455-6677-8899-aabbccddeeff");
}

}  // namespace
}  // namespace healix::lakehouse::engine
