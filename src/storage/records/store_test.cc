// SPDX-License-Identifier: Apache-2.0
#include "storage/records/store.h"

#include <atomic>
#include <limits>
#include <thread>

#include "storage/records/database_version.h"
#include "storage/records/migrations.h"
#include "storage/records/on_each_database.h"

namespace healix::storage::records {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

/// Has one table of each kind.
class StoreTest : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    Must(
        "CREATE TABLE thing (id {int} PRIMARY KEY, name {text}, weight {real}, body {blob}) "
        "{rows}");
    Must("CREATE TABLE seen (key {blob} PRIMARY KEY, at {int} NOT NULL) {keyed_rows}");
    Must("CREATE TABLE counter (number {identity}, name {text} NOT NULL UNIQUE) {rows}");
  }

  void Must(std::string_view sql) {
    const std::string spelled = SpellFor(store().dialect(), sql);
    ASSERT_TRUE(IsOk(store().Write([&](Transaction& t) { return t.Execute(spelled); })));
  }
  Result<std::uint64_t> Insert(int id, std::string name) {
    return store().Write([&](Transaction& t) {
      return t.Execute("INSERT INTO thing (id, name) VALUES (?, ?)", {id, name});
    });
  }
  std::int64_t Count(const std::string& table) {
    const auto rows =
        store().Read([&](Reader& r) { return r.Query("SELECT COUNT(*) FROM " + table); });
    EXPECT_TRUE(IsOk(rows));
    return rows.value()[0].Int(0);
  }
};

TEST_P(StoreTest, WritesAndReadsEveryKindOfValue) {
  const std::string bytes("\0\x01\xff'\\\n", 6);
  const std::string text = "Zoë ' \" \\ ? $1 €";
  ASSERT_TRUE(IsOk(store().Write([&](Transaction& t) {
    return t.Execute("INSERT INTO thing (id, name, weight, body) VALUES (?, ?, ?, ?)",
                     {std::numeric_limits<std::int64_t>::min(), text, 0.1, Bytes(bytes)});
  })));
  ASSERT_TRUE(IsOk(store().Write([&](Transaction& t) {
    return t.Execute("INSERT INTO thing (id, name, weight, body) VALUES (?, ?, ?, ?)",
                     {2, "", Null(), Bytes("")});
  })));
  const auto rows = store().Read(
      [](Reader& r) { return r.Query("SELECT id, name, weight, body FROM thing ORDER BY id"); });
  ASSERT_TRUE(IsOk(rows));
  ASSERT_EQ(rows.value().size(), 2u);
  const Row& first = rows.value()[0];
  EXPECT_EQ(first.Int(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(first.Text(1), text);
  EXPECT_EQ(first.Real(2), 0.1);
  EXPECT_EQ(first.Bytes(3), bytes);
  const Row& second = rows.value()[1];
  EXPECT_EQ(second.Text(1), "");
  EXPECT_TRUE(second.IsNull(2));
  EXPECT_EQ(second.Bytes(3), "");
}

TEST_P(StoreTest, CountsChangedRowsAndReturnsValues) {
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(IsOk(Insert(id, "x")));
  const auto changed = store().Write([](Transaction& t) {
    return t.Execute("UPDATE thing SET name = ? WHERE id >= ?", {"y", 2});
  });
  EXPECT_EQ(changed.value(), 2u);
  const auto none = store().Write(
      [](Transaction& t) { return t.Execute("DELETE FROM thing WHERE id = ?", {9}); });
  EXPECT_EQ(none.value(), 0u);
  const auto number = store().Write([](Transaction& t) {
    return t.QueryFirst("INSERT INTO counter (name) VALUES (?) RETURNING number", {"first"});
  });
  ASSERT_TRUE(IsOk(number));
  EXPECT_EQ(number.value()->Int(0), 1);
}

TEST_P(StoreTest, RefusesAKeyThatIsThere) {
  ASSERT_TRUE(IsOk(Insert(1, "secret name")));
  const auto again = Insert(1, "other");
  ASSERT_TRUE(IsError(again, ErrorCode::kRecordExists));
  EXPECT_EQ(again.error().ToString().find("other"), std::string::npos);
}

TEST_P(StoreTest, RollsBackOnlyTheClosureThatFailed) {
  constexpr int kWriters = 8;
  constexpr int kEach = 25;
  std::atomic<int> failed{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) {
        const int id = writer * 1000 + i;
        const auto status = store().Write([&](Transaction& t) -> Status {
          HEALIX_RETURN_IF_ERROR(
              t.Query("INSERT INTO thing (id) VALUES (?) RETURNING id", {id}).has_value()
                  ? Status()
                  : Status(MakeError(ErrorCode::kInternal, "insert")));
          if (i % 5 == 4) return MakeError(ErrorCode::kCancelled, "on purpose");
          return {};
        });
        if (!status && status.error().code() == ErrorCode::kCancelled) ++failed;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failed.load(), kWriters * kEach / 5);
  EXPECT_EQ(Count("thing"), kWriters * kEach * 4 / 5);
}

TEST_P(StoreTest, ReadsOneStateWhileOthersWrite) {
  ASSERT_TRUE(IsOk(Insert(1, "a")));
  const auto counts = store().Read([&](Reader& r) -> Result<std::pair<std::int64_t, std::int64_t>> {
    HEALIX_TRY(const Rows before, r.Query("SELECT COUNT(*) FROM thing"));
    std::thread([&] { EXPECT_TRUE(IsOk(Insert(2, "b"))); }).join();
    HEALIX_TRY(const Rows after, r.Query("SELECT COUNT(*) FROM thing"));
    return std::pair(before[0].Int(0), after[0].Int(0));
  });
  ASSERT_TRUE(IsOk(counts));
  EXPECT_EQ(counts.value().first, 1);
  EXPECT_EQ(counts.value().second, 1);
  EXPECT_EQ(Count("thing"), 2);
}

TEST_P(StoreTest, ReadersCannotWrite) {
  const auto rows = store().Read(
      [](Reader& r) { return r.Query("INSERT INTO thing (id) VALUES (1) RETURNING id"); });
  EXPECT_TRUE(IsError(rows, ErrorCode::kRecordsFailed));
  EXPECT_EQ(Count("thing"), 0);
}

TEST_P(StoreTest, InsertIgnoreTellsNewFromOld) {
  RowBatch batch{"seen", {"key", "at"}, 1, {}};
  for (int i = 0; i < 3000; ++i) {
    batch.values.push_back(Bytes(fmt::format("{:05}", (i * 7919) % 3000)));
    batch.values.push_back(i);
  }
  const auto insert = [&](Transaction& t) { return t.InsertIgnore(batch); };
  const auto first = store().Write(insert);
  ASSERT_TRUE(IsOk(first));
  EXPECT_EQ(std::count(first.value().begin(), first.value().end(), true), 3000);

  batch.values = {Bytes("00001"), 1, Bytes("new"), 2, Bytes("new"), 3, Bytes("Other"), 4};
  const auto second = store().Write(insert);
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(second.value(), (std::vector<bool>{false, true, false, true}));
  const auto at = store().Read(
      [](Reader& r) { return r.QueryFirst("SELECT at FROM seen WHERE key = ?", {Bytes("new")}); });
  EXPECT_EQ(at.value()->Int(0), 2) << "the first of two equal keys is the new one";

  batch.values.clear();
  EXPECT_TRUE(store().Write(insert).value().empty());
}

TEST_P(StoreTest, LastsOverAReopen) {
  ASSERT_TRUE(IsOk(Insert(1, "a")));
  Close();
  const auto reopened = Open();
  const auto rows =
      reopened->Read([](Reader& r) { return r.Query("SELECT name FROM thing WHERE id = 1"); });
  ASSERT_TRUE(IsOk(rows));
  EXPECT_EQ(rows.value().at(0).Text(0), "a");
}

TEST_P(StoreTest, ComparesTextByteByByte) {
  for (int id = 1; const char* name : {"b", "A", "a", "é", "B"}) {
    ASSERT_TRUE(IsOk(Insert(id++, name)));
  }
  const auto rows =
      store().Read([](Reader& r) { return r.Query("SELECT name FROM thing ORDER BY name"); });
  std::string order;
  for (const Row& row : rows.value()) order += row.Text(0);
  EXPECT_EQ(order, "ABabé");
}

TEST_P(StoreTest, EndsAQueryWithTheErrorOfItsReader) {
  for (int id = 1; id <= 5; ++id) ASSERT_TRUE(IsOk(Insert(id, "x")));
  int seen = 0;
  const Status status = store().Read([&](Reader& r) {
    return r.Each("SELECT id FROM thing ORDER BY id", {}, [&](const Row&) -> Status {
      if (++seen == 3) return MakeError(ErrorCode::kCancelled, "enough");
      return {};
    });
  });
  EXPECT_TRUE(IsError(status, ErrorCode::kCancelled));
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(Count("thing"), 5) << "the connection is still good";
}

TEST_P(StoreTest, CommitsNothingAfterAFailedStatement) {
  ASSERT_TRUE(IsOk(Insert(1, "a")));
  const Status status = store().Write([](Transaction& t) -> Status {
    EXPECT_TRUE(IsOk(t.Execute("INSERT INTO thing (id) VALUES (?)", {2})));
    EXPECT_TRUE(
        IsError(t.Execute("INSERT INTO thing (id) VALUES (?)", {1}), ErrorCode::kRecordExists));
    return {};
  });
  EXPECT_TRUE(IsError(status, ErrorCode::kRecordExists));
  EXPECT_EQ(Count("thing"), 1);
}

TEST_P(StoreTest, SaysWhichDatabaseItIs) {
  const auto version = DatabaseVersion(store());
  ASSERT_TRUE(IsOk(version));
  EXPECT_TRUE(version->starts_with(GetParam() == Dialect::kSqlite ? "SQLite 3." : "PostgreSQL 1"))
      << *version;
}

TEST_P(StoreTest, RefusesTextWithANul) {
  EXPECT_TRUE(IsError(Insert(1, std::string("a\0b", 3)), ErrorCode::kInvalidArgument));
  EXPECT_EQ(Count("thing"), 0);
}

HEALIX_ON_EACH_DATABASE(StoreTest);

class MigrationsTest : public OnEachDatabase {};

constexpr Migration kSteps[] = {
    {1, "create",
     "CREATE TABLE t (id {identity}, name {text} NOT NULL) {rows};\n"
     "CREATE INDEX t_name ON t (name);\n"},
    {2, "add_weight", "ALTER TABLE t ADD COLUMN weight {real}"},
};

MigrationPlan PlanOf(std::size_t steps) { return {"demo", std::span(kSteps).first(steps)}; }

TEST_P(MigrationsTest, RunsEachStepOnce) {
  ASSERT_TRUE(IsOk(Migrate(store(), PlanOf(1))));
  ASSERT_TRUE(IsOk(Migrate(store(), PlanOf(1))));
  ASSERT_TRUE(IsOk(Migrate(store(), PlanOf(2))));
  ASSERT_TRUE(IsOk(store().Write([](Transaction& t) {
    return t.Execute("INSERT INTO t (name, weight) VALUES (?, ?)", {"a", 1.5});
  })));
  const auto rows = store().Read([](Reader& r) {
    return r.Query("SELECT number, name FROM healix_migrations ORDER BY number");
  });
  ASSERT_EQ(rows.value().size(), 2u);
  EXPECT_EQ(rows.value()[1].Text(1), "add_weight");
}

TEST_P(MigrationsTest, SeveralProgramsMigrateAtOnce) {
  constexpr int kPrograms = 6;
  std::vector<std::unique_ptr<Store>> programs;
  for (int i = 0; i < kPrograms; ++i) {
    // SQLite files are kept by one program; there the threads share its store.
    if (GetParam() == Dialect::kPostgres) programs.push_back(Open());
  }
  std::vector<Status> outcomes(kPrograms);
  std::vector<std::thread> threads;
  for (int i = 0; i < kPrograms; ++i) {
    Store& own = programs.empty() ? store() : *programs[static_cast<std::size_t>(i)];
    threads.emplace_back(
        [&, i] { outcomes[static_cast<std::size_t>(i)] = Migrate(own, PlanOf(2)); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& outcome : outcomes) EXPECT_TRUE(IsOk(outcome));
  EXPECT_TRUE(IsError(Migrate(store(), PlanOf(1)), ErrorCode::kHomeTooNew))
      << "both steps are there";
}

TEST_P(MigrationsTest, RefusesANewerStore) {
  ASSERT_TRUE(IsOk(Migrate(store(), PlanOf(2))));
  EXPECT_TRUE(IsError(Migrate(store(), PlanOf(1)), ErrorCode::kHomeTooNew));
}

TEST_P(MigrationsTest, RefusesAnEditedStep) {
  ASSERT_TRUE(IsOk(Migrate(store(), PlanOf(1))));
  constexpr Migration kEdited[] = {{1, "create", "CREATE TABLE t (id {identity}) {rows}"}};
  EXPECT_TRUE(IsError(Migrate(store(), {"demo", kEdited}), ErrorCode::kRecordsDamaged));
}

TEST_P(MigrationsTest, LeavesNothingOfAFailedPlan) {
  constexpr Migration kBad[] = {{1, "create", "CREATE TABLE t (id {int}) {rows}"},
                                {2, "wrong", "CREATE TABLE t (id {int}) {rows}"}};
  EXPECT_TRUE(IsError(Migrate(store(), {"demo", kBad}), ErrorCode::kRecordsFailed));
  EXPECT_TRUE(IsOk(Migrate(store(), PlanOf(2))));
}

HEALIX_ON_EACH_DATABASE(MigrationsTest);

}  // namespace
}  // namespace healix::storage::records
