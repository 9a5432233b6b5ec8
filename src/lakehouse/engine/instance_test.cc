// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <duckdb/storage/object_cache.hpp>
#include <filesystem>
#include <thread>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/instance_internal.h"
#include "lakehouse/engine/parquet_writer_internal.h"

namespace healix::lakehouse::engine {
namespace {

using testing::IsError;
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

TEST(EngineStopTest, EndsWhatRunsAndWhatComesLater) {
  const testing::TempFolder folder;
  std::stop_source source;
  EngineOptions options = OneThread();
  options.stop = source.get_token();
  const auto engine = Engine::Create(base::PosixFileSystem(), options);
  ASSERT_TRUE(IsOk(engine));
  const auto waiting = (*engine)->Query(nullptr, "SELECT sum(i) FROM range(100000000000) t(i)", {});
  ASSERT_TRUE(IsOk(waiting));

  WriteOptions write;
  iceberg::Field field;
  field.id = 1;
  field.name = "i";
  field.type = iceberg::Primitive(iceberg::TypeId::kLong);
  write.schema.fields.push_back(field);
  write.folder = folder.path().string();
  write.base_name = "endless";
  write.target_file_bytes = 1 << 16;
  write.row_group_rows = 2048;
  std::atomic<bool> ended = false;
  std::thread stopper([&] {  // when the first file is there, the statement runs
    while (std::filesystem::is_empty(folder.path()) && !ended) std::this_thread::yield();
    source.request_stop();
  });
  const auto written =
      (*engine)->WriteParquet(SqlSource{nullptr, "SELECT i FROM range(100000000000) t(i)"}, write);
  ended = true;
  stopper.join();
  EXPECT_TRUE(IsError(written, ErrorCode::kCancelled));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "files of the cancelled write stay";
  EXPECT_TRUE(IsError((*waiting)->NextRows(), ErrorCode::kCancelled));
  EXPECT_TRUE(IsError((*engine)->Query(nullptr, "SELECT 1", {}), ErrorCode::kCancelled));
  EXPECT_TRUE(IsError((*engine)->Describe(nullptr, "SELECT 1"), ErrorCode::kCancelled));
}

TEST(InstanceTest, WritingLeavesNoFooterInMemory) {
  const testing::TempFolder folder;
  InstanceSlot slot(base::PosixFileSystem(), OneThread());
  const auto instance = slot.Get();
  ASSERT_TRUE(IsOk(instance));
  const ScanServices& services = (*instance)->services();
  WriteOptions options;
  options.schema.fields.resize(1);
  options.schema.fields[0].id = 1;
  options.schema.fields[0].name = "n";
  options.schema.fields[0].type = iceberg::Primitive(iceberg::TypeId::kLong);
  options.folder = folder.path().string();
  options.base_name = "rows";
  const auto written = WriteParquetFiles(services, SqlSource{nullptr, "SELECT 1 AS n"}, options);
  ASSERT_TRUE(IsOk(written));
  ASSERT_EQ(written->size(), 1U);
  duckdb::Connection connection(*services.database);
  const auto& cache = duckdb::ObjectCache::GetObjectCache(*connection.context);
  const auto after_write = cache.GetCurrentMemory();  // what DuckDB knows of the file itself
  const auto read =
      connection.Query("SELECT n FROM read_parquet(" + Literal(ToHxPath((*written)[0].path)) + ")");
  EXPECT_FALSE(read->HasError()) << read->GetError();
  EXPECT_GT(cache.GetCurrentMemory(), after_write) << "the footer was there before it was read";
}

}  // namespace
}  // namespace healix::lakehouse::engine
