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
