// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/instance_internal.h"

namespace healix::lakehouse::engine {
namespace {

using testing::IsOk;

EngineOptions OneThread() {
  EngineOptions options;
  options.threads = 1;
  return options;
}

std::string Answer(const Instance& instance) {
  duckdb::Connection connection(*instance.services().database);
  const auto result = connection.Query("SELECT 42");
  return result->HasError() ? result->GetError() : result->GetValue(0, 0).ToString();
}

TEST(InstanceSlotTest, OpensAgainAfterASpoilingErrorOnly) {
  InstanceSlot slot(base::PosixFileSystem(), OneThread());
  const auto first = slot.Get();
  ASSERT_TRUE(IsOk(first));
  slot.Judge(MakeError(ErrorCode::kQueryFailed, "a value"), *first);
  EXPECT_EQ(slot.Get().value_or(nullptr), *first);
  slot.Judge(MakeError(ErrorCode::kEngineFailed, "spoiled"), *first);
  const auto second = slot.Get();
  ASSERT_TRUE(IsOk(second));
  EXPECT_NE(*second, *first);
  slot.Judge(MakeError(ErrorCode::kEngineFailed, "late news of the first"), *first);
  EXPECT_EQ(slot.Get().value_or(nullptr), *second);
  EXPECT_EQ(Answer(**second), "42");
}

TEST(InstanceSlotTest, AnInternalErrorOfDuckDbSpoils) {
  InstanceSlot slot(base::PosixFileSystem(), OneThread());
  const auto first = slot.Get();
  ASSERT_TRUE(IsOk(first));
  const duckdb::ErrorData internal(duckdb::ExceptionType::INTERNAL, "assertion");
  const duckdb::ErrorData fatal(duckdb::ExceptionType::FATAL, "invalidated");
  EXPECT_TRUE(SpoilsTheInstance(ErrorFrom(internal)));
  EXPECT_TRUE(SpoilsTheInstance(ErrorFrom(fatal)));
  duckdb::ValidChecker::Invalidate(*(*first)->services().database, "broken for the test");
  duckdb::Connection connection(*(*first)->services().database);
  const auto result = connection.Query("SELECT 42");
  ASSERT_TRUE(result->HasError());
  slot.Judge(ErrorFrom(result->GetErrorObject()), *first);
  const auto second = slot.Get();
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(Answer(**second), "42");
}

TEST(InstanceTest, SettingsCantBeChangedAndFilesCantBeReached) {
  InstanceSlot slot(base::PosixFileSystem(), OneThread());
  const auto instance = slot.Get();
  ASSERT_TRUE(IsOk(instance));
  duckdb::Connection connection(*(*instance)->services().database);
  for (const char* sql :
       {"SET threads = 4", "SET lock_configuration = false", "SET enable_external_access = true",
        "SELECT * FROM read_text('/etc/hostname')", "ATTACH '/tmp/healix_test.db'",
        "COPY (SELECT 1) TO '/tmp/healix_test.csv'",
        "COPY (SELECT 1) TO 'hx:///tmp/healix_test.parquet' (FORMAT parquet)", "INSTALL httpfs",
        "LOAD httpfs", "SELECT * FROM read_csv('https://example.org/x.csv')"}) {
    EXPECT_TRUE(connection.Query(sql)->HasError()) << sql;
  }
}

TEST(FailuresTest, ErrorsOfOursKeepTheirCodeThroughDuckDb) {
  const auto carried = Guarded(
      []() -> Status { ThrowFileError(MakeError(ErrorCode::kDiskFull, "no space: {}", 7)); });
  EXPECT_TRUE(testing::IsError(carried, ErrorCode::kDiskFull));
  EXPECT_EQ(carried.error().message(), "no space: 7");
}

}  // namespace
}  // namespace healix::lakehouse::engine
