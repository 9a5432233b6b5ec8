// SPDX-License-Identifier: Apache-2.0
#include "storage/records/postgres_store.h"

#include <atomic>
#include <thread>

#include "storage/records/on_each_database.h"
#include "storage/records/postgres_connection_internal.h"

namespace healix::storage::records {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TestPostgres()) GTEST_SKIP() << "HEALIX_TEST_POSTGRES is not set";
    options_.connection = *TestPostgres() + " application_name=healix_records_test";
    options_.schema = "postgres_test";
    store_ = OpenPostgres(options_).value();
    Must("DROP TABLE IF EXISTS counter");
    Must("CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL)");
    Must("INSERT INTO counter VALUES (1, 0)");
  }

  void Must(std::string_view sql) {
    ASSERT_TRUE(IsOk(store_->Write([&](Transaction& t) { return t.Execute(sql); })));
  }
  Result<std::int64_t> Value() {
    HEALIX_TRY(const auto row, store_->Read([](Reader& r) {
      return r.QueryFirst("SELECT value FROM counter WHERE id = 1");
    }));
    return row->Int(0);
  }
  /// Reads, then writes what it read plus one: loses counts unless serializable.
  static Status Increment(Store& store) {
    return store.Write([](Transaction& t) -> Status {
      HEALIX_TRY(const auto row, t.QueryFirst("SELECT value FROM counter WHERE id = 1"));
      const auto done = t.Execute("UPDATE counter SET value = ? WHERE id = 1", {row->Int(0) + 1});
      return done ? Status() : Status(done.error());
    });
  }
  /// Ends all connections to this database but the one that asks, as a restart does.
  void EndConnections() {
    PostgresOptions other = options_;
    other.schema = "postgres_test_other";
    const auto killer = OpenPostgres(other).value();
    ASSERT_TRUE(IsOk(killer->Write([](Transaction& t) {
      return t.Query(
          "SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE "
          "application_name = 'healix_records_test' AND pid <> pg_backend_pid()");
    })));
  }

  PostgresOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(PostgresTest, SerializesWritersByTryingAgain) {
  options_.attempts_max = 1000;
  const auto patient = OpenPostgres(options_).value();
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        if (!Increment(*patient)) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(Value().value(), kThreads * kEach);
}

TEST_F(PostgresTest, SaysConflictWhenOthersAreAlwaysFaster) {
  options_.attempts_max = 2;
  const auto impatient = OpenPostgres(options_).value();
  int runs = 0;
  const Status status = impatient->Write([&](Transaction& t) -> Status {
    ++runs;
    HEALIX_TRY(const auto row, t.QueryFirst("SELECT value FROM counter WHERE id = 1"));
    EXPECT_TRUE(IsOk(Increment(*store_)));  // on another connection, meanwhile
    const auto done = t.Execute("UPDATE counter SET value = ? WHERE id = 1", {row->Int(0) + 100});
    return done ? Status() : Status(done.error());
  });
  EXPECT_TRUE(IsError(status, ErrorCode::kRecordsConflict));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Value().value(), 2);
}

TEST_F(PostgresTest, ReconnectsAfterTheServerEndedTheConnection) {
  ASSERT_TRUE(IsOk(Increment(*store_)));
  EndConnections();
  EXPECT_EQ(Value().value(), 1);
  EndConnections();
  EXPECT_TRUE(IsOk(Increment(*store_)));
  EXPECT_EQ(Value().value(), 2);
}

TEST_F(PostgresTest, AConnectionLostInsideChangesNothing) {
  const Status status = store_->Write([&](Transaction& t) -> Status {
    EXPECT_TRUE(IsOk(t.Execute("UPDATE counter SET value = 7 WHERE id = 1")));
    EndConnections();
    return {};
  });
  EXPECT_TRUE(IsError(status, ErrorCode::kRecordsFailed));
  EXPECT_EQ(Value().value(), 0);
}

TEST_F(PostgresTest, NeverTellsThePasswordOrAValue) {
  const auto wrong =
      OpenPostgres({.connection = options_.connection + " port=1 password=geheim", .schema = "x"});
  ASSERT_TRUE(IsError(wrong, ErrorCode::kRecordsFailed));
  EXPECT_EQ(wrong.error().ToString().find("geheim"), std::string::npos);
  const auto bad =
      store_->Write([](Transaction& t) { return t.Query("SELECT CAST(? AS BIGINT)", {"Müller"}); });
  ASSERT_TRUE(IsError(bad, ErrorCode::kRecordsFailed));
  EXPECT_EQ(bad.error().ToString().find("ller"), std::string::npos);
}

TEST(PostgresOptionsTest, RefusesSchemasThatNeedQuotes) {
  for (const char* schema : {"", "Catalog", "a-b", "a;DROP", "a b"}) {
    const PostgresOptions options{.connection = "", .schema = schema};
    EXPECT_TRUE(IsError(options.Validate(), ErrorCode::kInvalidArgument)) << schema;
  }
}

TEST(PlaceholderTest, NumbersMarksOutsideOfQuotes) {
  EXPECT_EQ(NumberPlaceholders("SELECT ?, '?''?', ? FROM t"), "SELECT $1, '?''?', $2 FROM t");
  EXPECT_EQ(NumberPlaceholders(""), "");
}

}  // namespace
}  // namespace healix::storage::records
