// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/warehouse.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsError;
using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;
using Names = std::set<std::string>;

const TableName kVisits{"main", "visits"};

class WarehouseTest : public ::testing::Test {
 protected:
  Names Files(const AsOf& as_of = Current{}) {
    const auto snapshot = warehouse_->Load(kVisits, as_of);
    if (!snapshot) return {"error"};
    return FileNames(*warehouse_, *snapshot).value();
  }

  TempFolder folder_;
  TestWarehouse warehouse_{
      base::PosixFileSystem(), folder_ / "home", {.snapshots_max = 5, .metadata_log_max = 3}};
};

TEST_F(WarehouseTest, AppendsAndReadsBack) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  EXPECT_EQ(Files(), Names());
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "1.parquet")));
  const auto outcome = AppendFake(warehouse_, kVisits, "2.parquet");
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->tables[0].version, 3);
  EXPECT_EQ(Files(), (Names{"1.parquet", "2.parquet"}));
  warehouse_.Close();
  ASSERT_TRUE(IsOk(warehouse_.Open()));
  EXPECT_EQ(Files(), (Names{"1.parquet", "2.parquet"}));
  const auto loaded = warehouse_->Load(kVisits);
  EXPECT_EQ(loaded->state().metadata_location, outcome->tables[0].metadata_location);
  EXPECT_EQ(loaded->snapshot()->summary.at("total-records"), "20");
}

TEST_F(WarehouseTest, PlacesTablesBelowTheWarehouse) {
  const auto table = MakeTable(*warehouse_, kVisits);
  ASSERT_TRUE(IsOk(table));
  const std::string location =
      warehouse_.objects().prefix() + "/main/visits-" + table->state().uuid;
  EXPECT_EQ(table->metadata().location, location);
  EXPECT_TRUE(table->state().metadata_location.starts_with(location + "/metadata/00000-"));
  EXPECT_TRUE(table->state().metadata_location.ends_with(".metadata.json"));
}

TEST_F(WarehouseTest, ANameIsTakenOnce) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  EXPECT_TRUE(IsError(MakeTable(*warehouse_, kVisits), ErrorCode::kTableExists));
  CommitRequest view;
  view.views.push_back({ViewChange::Action::kCreate, {kVisits, "SELECT 1", "main", {}, ""}});
  EXPECT_TRUE(IsError(warehouse_->Commit(view), ErrorCode::kTableExists));
  EXPECT_TRUE(IsError(warehouse_->Load({"main", "nothing"}), ErrorCode::kTableNotFound));
}

TEST_F(WarehouseTest, TravelsInTime) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  const auto first = AppendFake(warehouse_, kVisits, "1.parquet");
  ASSERT_TRUE(IsOk(first));
  const base::Timestamp between = warehouse_.clock().Now() + std::chrono::seconds(1);
  warehouse_.clock().Advance(std::chrono::seconds(2));
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "2.parquet")));
  EXPECT_EQ(Files(*first->tables[0].snapshot_id), Names{"1.parquet"});
  EXPECT_EQ(Files(between), Names{"1.parquet"});
  EXPECT_TRUE(IsError(warehouse_->Load(kVisits, std::int64_t{7}), ErrorCode::kSnapshotNotFound));
  const base::Timestamp before = between - std::chrono::hours(1);
  EXPECT_TRUE(IsError(warehouse_->Load(kVisits, before), ErrorCode::kSnapshotNotFound));
}

TEST_F(WarehouseTest, AFailingCallbackUndoesTheCommit) {
  const auto table = MakeTable(*warehouse_, kVisits);
  ASSERT_TRUE(IsOk(table));
  CommitRequest request;
  request.tables.push_back(
      {kVisits, *table, {AppendFiles{{FakeFile(warehouse_, *table, "1.parquet").value()}}}});
  request.in_transaction = [](auto&, const CommitOutcome&) -> Status {
    return MakeError(ErrorCode::kCancelled, "no");
  };
  EXPECT_TRUE(IsError(warehouse_->Commit(request), ErrorCode::kCancelled));
  EXPECT_EQ(Files(), Names());
  const auto left = warehouse_.objects().List(table->metadata().location + "/metadata");
  EXPECT_EQ(left->size(), 1U) << "the files of the undone commit are gone";
}

TEST_F(WarehouseTest, ChangesSeveralTablesTogetherOrNotAtAll) {
  const TableName other{"main", "other"};
  const auto visits = MakeTable(*warehouse_, kVisits);
  const auto second = MakeTable(*warehouse_, other);
  ASSERT_TRUE(IsOk(visits) && IsOk(second));
  const auto append = [&](const TableSnapshot& table) {
    return TableChange{
        table.name(), table, {AppendFiles{{FakeFile(warehouse_, table, "x.parquet").value()}}}};
  };
  CommitRequest both;
  both.tables = {append(*visits), append(*second)};
  ASSERT_TRUE(IsOk(warehouse_->Commit(both)));
  const auto version = warehouse_->Load(other)->state().version;
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, *warehouse_->Load(kVisits), {DropTable{}})));
  CommitRequest late;
  late.tables = {{other, *warehouse_->Load(other), {SetProperties{{{"a", "b"}}, {}}}},
                 {kVisits, *visits, {SetProperties{{{"a", "b"}}, {}}}}};
  EXPECT_TRUE(IsError(warehouse_->Commit(late), ErrorCode::kCommitConflict));
  EXPECT_EQ(warehouse_->Load(other)->state().version, version);
}

TEST_F(WarehouseTest, DroppedTablesComeBack) {
  const auto table = MakeTable(*warehouse_, kVisits);
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "1.parquet")));
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, *warehouse_->Load(kVisits), {DropTable{}})));
  EXPECT_TRUE(IsError(warehouse_->Load(kVisits), ErrorCode::kTableNotFound));
  EXPECT_EQ(warehouse_->ListTables()->size(), 0U);
  ASSERT_EQ(warehouse_->ListDropped()->size(), 1U);
  ASSERT_TRUE(IsOk(warehouse_->Undrop(kVisits, {})));
  EXPECT_EQ(Files(), Names{"1.parquet"});
  EXPECT_TRUE(IsError(warehouse_->Undrop(kVisits, {}), ErrorCode::kTableNotFound));
}

TEST_F(WarehouseTest, AnotherTableOfTheSameNameIsNotTheBase) {
  const auto old_table = MakeTable(*warehouse_, kVisits);
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, *old_table, {DropTable{}})));
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  const auto file = FakeFile(warehouse_, *old_table, "1.parquet");
  EXPECT_TRUE(IsError(CommitOn(*warehouse_, *old_table, {AppendFiles{{*file}}}),
                      ErrorCode::kCommitConflict));
  EXPECT_TRUE(IsError(warehouse_->Undrop(kVisits, {}), ErrorCode::kTableExists));
}

TEST_F(WarehouseTest, RenamesKeepTheTable) {
  const auto table = MakeTable(*warehouse_, kVisits);
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "1.parquet")));
  const TableName stays{"main", "stays"};
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, *warehouse_->Load(kVisits), {RenameTable{stays}})));
  EXPECT_TRUE(IsError(warehouse_->Load(kVisits), ErrorCode::kTableNotFound));
  const auto renamed = warehouse_->Load(stays);
  ASSERT_TRUE(IsOk(renamed));
  EXPECT_EQ(renamed->state().uuid, table->state().uuid);
  EXPECT_EQ(FileNames(*warehouse_, *renamed).value(), Names{"1.parquet"});
}

TEST_F(WarehouseTest, TheCommitExpiresOldSnapshots) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, std::to_string(i))));
  }
  const auto table = warehouse_->Load(kVisits);
  EXPECT_EQ(table->metadata().snapshots.size(), 5U);
  EXPECT_EQ(Files().size(), 12U);
  const auto files = warehouse_.objects().List(table->metadata().location + "/metadata");
  std::size_t lists = 0;
  for (const auto& file : *files) lists += file.location.ends_with("-list.avro") ? 1 : 0;
  EXPECT_EQ(lists, 5U);
}

TEST_F(WarehouseTest, ANewTableKeepsAsManyMetadataFilesAsTheSettingSays) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, std::to_string(i) + ".parquet")));
  }
  const TableSnapshot table = warehouse_->Load(kVisits).value();
  EXPECT_EQ(table.metadata().properties.at(iceberg::kMetadataLogMaxProperty), "3");
  EXPECT_EQ(table.metadata().metadata_log.size(), 3u);
  const auto objects = warehouse_.objects().List(table.metadata().location + "/metadata").value();
  EXPECT_EQ(
      std::count_if(objects.begin(), objects.end(),
                    [](const auto& object) { return object.location.ends_with(".metadata.json"); }),
      4)
      << "the current one and three before it";
  NewTableLayout own = OneColumn();
  own.properties[iceberg::kMetadataLogMaxProperty] = "7";
  const auto other = MakeTable(*warehouse_, {"main", "own"}, own);
  ASSERT_TRUE(IsOk(other));
  EXPECT_EQ(other->metadata().properties.at(iceberg::kMetadataLogMaxProperty), "7");
}

TEST_F(WarehouseTest, ALeasedSnapshotOutlivesExpiry) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "first")));
  auto leased = std::make_unique<TableSnapshot>(warehouse_->Load(kVisits).value());
  const std::int64_t id = *leased->snapshot_id();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, std::to_string(i))));
  }
  const auto now = warehouse_->Load(kVisits);
  EXPECT_NE(now->metadata().FindSnapshot(id), nullptr);
  EXPECT_EQ(now->metadata().snapshots.size(), 5U);
  EXPECT_EQ(FileNames(*warehouse_, *leased).value(), Names{"first"});
  leased.reset();
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "last")));
  EXPECT_TRUE(IsError(warehouse_->Load(kVisits, id), ErrorCode::kSnapshotNotFound));
}

TEST_F(WarehouseTest, TellsChangesInOrder) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  const auto appended = AppendFake(warehouse_, kVisits, "1.parquet");
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, *warehouse_->Load(kVisits), {DropTable{}})));
  const auto events = warehouse_->ReadChanges(0, 10);
  ASSERT_TRUE(IsOk(events));
  ASSERT_EQ(events->size(), 3U);
  EXPECT_EQ((*events)[0].operation, "create");
  EXPECT_EQ((*events)[1].operation, "append");
  EXPECT_EQ((*events)[1].snapshot_id, appended->tables[0].snapshot_id);
  EXPECT_EQ((*events)[2].operation, "drop");
  EXPECT_EQ(warehouse_->ReadChanges((*events)[1].sequence, 10)->size(), 1U);
}

TEST_F(WarehouseTest, KeepsViews) {
  const ViewDefinition view{{"main", "v"}, "SELECT 1", "main", {"a", "b c"}, ""};
  CommitRequest create;
  create.views.push_back({ViewChange::Action::kCreate, view});
  ASSERT_TRUE(IsOk(warehouse_->Commit(create)));
  EXPECT_TRUE(IsError(warehouse_->Commit(create), ErrorCode::kTableExists));
  EXPECT_EQ(warehouse_->LoadView(view.name)->column_names, view.column_names);
  create.views[0].action = ViewChange::Action::kCreateOrReplace;
  create.views[0].view.sql = "SELECT 2";
  ASSERT_TRUE(IsOk(warehouse_->Commit(create)));
  EXPECT_EQ(warehouse_->LoadView(view.name)->sql, "SELECT 2");
  create.views[0].action = ViewChange::Action::kDrop;
  ASSERT_TRUE(IsOk(warehouse_->Commit(create)));
  EXPECT_TRUE(IsError(warehouse_->LoadView(view.name), ErrorCode::kTableNotFound));
  EXPECT_TRUE(IsError(warehouse_->Commit(create), ErrorCode::kTableNotFound));
}

TEST_F(WarehouseTest, TwoWarehousesOnOneStoreOvertakeEachOther) {
  ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kVisits)));
  NoEngine engine;
  auto second = Warehouse::Open({warehouse_.store(), warehouse_.objects(), engine,
                                 base::PosixFileSystem(), warehouse_.clock()},
                                {});
  ASSERT_TRUE(IsOk(second));
  for (int i = 0; i < 4; ++i) {
    const auto base = (*second)->Load(kVisits);
    ASSERT_TRUE(IsOk(AppendFake(warehouse_, kVisits, "a" + std::to_string(i))));
    const auto file = FakeFile(warehouse_, *base, "b" + std::to_string(i));
    ASSERT_TRUE(IsOk(CommitOn(**second, *base, {AppendFiles{{*file}}})));
  }
  EXPECT_EQ(Files().size(), 8U);
}

}  // namespace
}  // namespace healix::lakehouse::tables
