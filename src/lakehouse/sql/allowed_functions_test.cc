// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/allowed_functions.h"

#include <gtest/gtest.h>

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
