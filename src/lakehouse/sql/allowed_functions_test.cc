// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/allowed_functions.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "lakehouse/engine/engine.h"

namespace healix::lakehouse::sql {
namespace {

using Kind = engine::FunctionReference::Kind;

TEST(AllowedFunctionsTest, KnowsValuesButNoFiles) {
  for (const char* name : {"sum", "lower", "row_number", "json_extract_string", "+", "->>", "~~"}) {
    EXPECT_TRUE(IsAllowed({name, Kind::kScalar})) << name;
  }
  for (const char* name : {"getenv", "current_setting", "write_log", "json_execute_serialized_sql",
                           "nextval", "getvariable", "version", "setseed", "sleep_ms", "stats"}) {
    EXPECT_FALSE(IsAllowed({name, Kind::kScalar})) << name;
  }
}

TEST(AllowedFunctionsTest, KnowsWhatKeepsUncountedMemory) {
  for (const char* name : {"median", "mode", "histogram", "quantile_cont"}) {
    EXPECT_TRUE(IsAllowed({name, Kind::kScalar})) << name;
    EXPECT_TRUE(KeepsUncountedMemory({name, Kind::kScalar})) << name;
  }
  for (const char* name : {"sum", "count", "list", "string_agg", "approx_quantile"}) {
    EXPECT_FALSE(KeepsUncountedMemory({name, Kind::kScalar})) << name;
  }
}

/// Reads a line of /proc/self/status in bytes.
std::int64_t StatusBytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kibibytes = 0;
  while (status >> word) {
    if (word == name + ":" && status >> kibibytes) return kibibytes << 10;
  }
  return 0;
}

/// Runs a statement for what it takes, whatever it answers.
void Try(engine::Engine& engine, const std::string& sql) {
  const auto rows = engine.Query(nullptr, sql, {});
  if (rows) static_cast<void>((*rows)->NextRows());
}

TEST(AllowedFunctionsTest, NoneTakesMemoryFarBeyondTheLimit) {
  engine::EngineOptions options;
  options.threads = 1;
  options.memory_bytes_max = std::uint64_t{64} << 20;
  const auto engine = engine::Engine::Create(base::PosixFileSystem(), options);
  ASSERT_TRUE(healix::testing::IsOk(engine));
  // Texts, lists and numbers of which a product would be far over the limit.
  const std::string text = "repeat('a', 10000)";
  const std::string list = "range(10000)";
  const std::string count = "2000000000";
  const std::string json = "repeat('[', 10000) || repeat(']', 10000)";
  const std::vector<std::vector<std::string>> calls = {{text},
                                                       {list},
                                                       {count},
                                                       {json},
                                                       {text, text},
                                                       {text, count},
                                                       {count, count},
                                                       {list, count},
                                                       {list, text},
                                                       {"'%2000000000d'", count},
                                                       {"'{:2000000000}'", count},
                                                       {"'{:{}}'", "1", count},
                                                       {text, count, text},
                                                       {text, "'a'", text},
                                                       {list, count, count},
                                                       {count, count, count},
                                                       {list, text, text},
                                                       {text, "'a'", text, "'g'"},
                                                       {count, count, count, count},
                                                       {"0", "1", count, "true"}};
  for (const std::string& name : AllowedFunctionNames()) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak begins anew
    const std::int64_t before = StatusBytes("VmRSS");
    for (const std::vector<std::string>& arguments : calls) {
      std::string sql = "SELECT " + name + "(";
      for (const std::string& argument : arguments) sql += argument + ", ";
      sql.replace(sql.size() - 2, 2, ")");
      Try(**engine, sql);
    }
    // The sanitizers keep freed memory of 256 MiB.
    EXPECT_LT(StatusBytes("VmHWM") - before, std::int64_t{400} << 20) << name;
  }
}

TEST(AllowedFunctionsTest, TableFunctionsAreAListOfTheirOwn) {
  EXPECT_TRUE(IsAllowed({"range", Kind::kTable}));
  EXPECT_TRUE(IsAllowed({"unnest", Kind::kTable}));
  for (const char* name :
       {"read_csv", "read_parquet", "parquet_scan", "glob", "duckdb_settings", "query",
        "query_table", "pragma_version", "read_text", "sum", "repeat"}) {
    EXPECT_FALSE(IsAllowed({name, Kind::kTable})) << name;
  }
}

}  // namespace
}  // namespace healix::lakehouse::sql
