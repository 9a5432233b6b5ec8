// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/iceberg/expiry.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/tables/expired_files_internal.h"
#include "lakehouse/tables/snapshot_edit_internal.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsError;
using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;

const TableName kTable{"main", "t"};

class SnapshotEditTest : public ::testing::Test {
 protected:
  std::vector<iceberg::ManifestFile> Manifests() {
    const TableSnapshot table = warehouse_->Load(kTable).value();
    return iceberg::ManifestsOf(table.metadata(), *table.snapshot(), Reader()).value();
  }
  iceberg::FileReader Reader() {
    return
        [this](const std::string& location) { return warehouse_.objects().Get(location, 1 << 20); };
  }
  void MakeWith(const iceberg::Properties& properties) {
    NewTableLayout layout = OneColumn();
    layout.properties = properties;
    ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kTable, layout)));
  }

  TempFolder folder_;
  TestWarehouse warehouse_{base::PosixFileSystem(), folder_ / "home", {.snapshots_max = 4}};
};

TEST_F(SnapshotEditTest, MergesSmallManifests) {
  MakeWith({{"commit.manifest.min-count-to-merge", "5"}});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, std::to_string(i))));
  EXPECT_EQ(Manifests().size(), 4U);
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, "4")));
  ASSERT_EQ(Manifests().size(), 1U);
  EXPECT_EQ(Manifests()[0].existing_files_count, 4);
  EXPECT_EQ(Manifests()[0].added_files_count, 1);
  for (int i = 5; i < 40; ++i) {
    ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, std::to_string(i))));
  }
  EXPECT_LE(Manifests().size(), 5U);
  EXPECT_EQ(FileNames(*warehouse_, *warehouse_->Load(kTable))->size(), 40U);
}

TEST_F(SnapshotEditTest, AnAppendWritesOneManifestOneListAndOneMetadataFile) {
  MakeWith({});
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, "a")));
  const std::string folder = warehouse_->Load(kTable)->metadata().location + "/metadata";
  const std::size_t before = warehouse_.objects().List(folder)->size();
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, "b")));
  EXPECT_EQ(warehouse_.objects().List(folder)->size(), before + 3);
}

TEST_F(SnapshotEditTest, RefusesToRemoveWhatIsNotThere) {
  MakeWith({});
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, "a")));
  const TableSnapshot table = warehouse_->Load(kTable).value();
  const std::string absent = table.metadata().location + "/data/absent";
  EXPECT_TRUE(IsError(CommitOn(*warehouse_, table, {DeleteRows{{}, {}, {absent}}}),
                      ErrorCode::kCommitConflict));
}

/// Returns a total of the newest snapshot's summary.
std::string Total(const TableSnapshot& table, const std::string& of) {
  return table.snapshot()->summary.at("total-" + of);
}

TEST_F(SnapshotEditTest, DeletesGoWithTheLastFileTheyApplyTo) {
  MakeWith({});
  for (const char* name : {"a", "b"}) ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, name)));
  TableSnapshot table = warehouse_->Load(kTable).value();
  const std::string folder = table.metadata().location + "/data/";
  iceberg::DataFile deletes = FakeFile(warehouse_, table, "deletes").value();
  deletes.content = iceberg::FileContent::kPositionDeletes;
  deletes.lower_bounds[2147483546] = folder + "a";
  deletes.upper_bounds[2147483546] = folder + "b";
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, table, {DeleteRows{{deletes}, {}, {}}})));

  ASSERT_TRUE(
      IsOk(CommitOn(*warehouse_, *warehouse_->Load(kTable), {DeleteRows{{}, {}, {folder + "a"}}})));
  EXPECT_EQ(Total(*warehouse_->Load(kTable), "delete-files"), "1");
  ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, "c")));
  const auto last =
      CommitOn(*warehouse_, *warehouse_->Load(kTable), {DeleteRows{{}, {}, {folder + "b"}}});
  ASSERT_TRUE(IsOk(last));
  EXPECT_EQ(last->tables[0].delete_files_removed, 1U);
  table = warehouse_->Load(kTable).value();
  EXPECT_EQ(Total(table, "data-files"), "1");
  EXPECT_EQ(Total(table, "delete-files"), "0");
  EXPECT_EQ(Total(table, "position-deletes"), "0");
  EXPECT_EQ(table.snapshot()->summary.at("removed-delete-files"), "1");
  EXPECT_TRUE(warehouse_->PlanFiles(table).value()->deletes.empty());
}

TEST_F(SnapshotEditTest, ADeletionVectorGoesAloneFromItsPuffinFile) {
  TablePlan plan = warehouse_->PlanTable(kTable, OneColumn()).value();
  plan.metadata = iceberg::UpgradeFormat(plan.metadata, 3).value();
  CommitRequest request;
  request.tables.push_back({kTable, std::nullopt, {CreateTable{plan}}});
  ASSERT_TRUE(IsOk(warehouse_->Commit(request)));
  for (const char* name : {"a", "b"}) ASSERT_TRUE(IsOk(AppendFake(warehouse_, kTable, name)));
  const TableSnapshot table = warehouse_->Load(kTable).value();
  const std::string folder = table.metadata().location + "/data/";
  DeleteRows both;
  for (const char* name : {"a", "b"}) {
    iceberg::DataFile vector;
    vector.content = iceberg::FileContent::kPositionDeletes;
    vector.path = folder + "vectors.puffin";
    vector.file_format = "PUFFIN";
    vector.record_count = 1;
    vector.size_bytes = 100;
    vector.referenced_data_file = folder + name;
    vector.content_offset = *name == 'a' ? 4 : 50;
    vector.content_size_bytes = 40;
    both.delete_files.push_back(vector);
  }
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, table, {both})));
  ASSERT_TRUE(
      IsOk(CommitOn(*warehouse_, *warehouse_->Load(kTable), {DeleteRows{{}, {}, {folder + "a"}}})));
  const auto left = warehouse_->PlanFiles(*warehouse_->Load(kTable)).value();
  ASSERT_EQ(left->deletes.size(), 1U);
  EXPECT_EQ(left->deletes[0].file.referenced_data_file, folder + "b");
}

// The quick search for unneeded files must find what the thorough one finds.
TEST(ExpiredFilesTest, ShortWayAgreesWithTheLongWay) {
  TempFolder folder;
  TestWarehouse warehouse(base::PosixFileSystem(), folder / "home");
  NewTableLayout layout = OneColumn();
  layout.properties = {{"commit.manifest.min-count-to-merge", "3"}};
  ASSERT_TRUE(IsOk(MakeTable(*warehouse, kTable, layout)));
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(IsOk(AppendFake(warehouse, kTable, std::to_string(i))));
    if (i % 2 == 0) continue;
    const TableSnapshot table = warehouse->Load(kTable).value();
    const std::string gone = table.metadata().location + "/data/" + std::to_string(i - 1);
    ASSERT_TRUE(IsOk(CommitOn(*warehouse, table, {DeleteRows{{}, {}, {gone}}})));
  }
  const TableSnapshot table = warehouse->Load(kTable).value();
  MetadataFiles files(warehouse.objects());
  std::vector<const iceberg::Snapshot*> ordered;
  for (const auto& snapshot : table.metadata().snapshots) ordered.push_back(&snapshot);
  std::set<std::int64_t> expired;
  for (std::size_t count = 1; count < ordered.size(); ++count) {
    expired.insert(ordered[count - 1]->snapshot_id);
    const auto after = iceberg::RemoveSnapshots(table.metadata(), expired);
    ASSERT_TRUE(IsOk(after));
    const auto quick = FindExpiredFiles(table.metadata(), *after, expired, files);
    ASSERT_TRUE(IsOk(quick));
    const std::vector<PendingFile> none;
    auto thorough =
        iceberg::FindUnreachable(table.metadata(), *after, files.ReaderOver(none)).value();
    std::set<std::string> all = thorough.data_files;
    all.merge(thorough.manifests);
    all.merge(thorough.manifest_lists);
    EXPECT_EQ(*quick, all) << count << " snapshots expired";
  }
}

}  // namespace
}  // namespace healix::lakehouse::tables
