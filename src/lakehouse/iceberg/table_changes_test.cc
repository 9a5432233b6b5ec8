// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/table_changes.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/iceberg/expiry.h"
#include "lakehouse/iceberg/manifest_changes.h"
#include "lakehouse/iceberg/snapshot_summary.h"
#include "lakehouse/iceberg/test_tables_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using std::chrono::milliseconds;

Timestamp At(std::int64_t millis) { return Timestamp(milliseconds(millis)); }

Snapshot SnapshotOf(std::int64_t id, std::int64_t millis) {
  Snapshot snapshot;
  snapshot.snapshot_id = id;
  snapshot.timestamp = At(millis);
  snapshot.manifest_list = "l" + std::to_string(id);
  snapshot.summary = {{"operation", "append"}};
  return snapshot;
}

/// Snapshots 1 to `count`, one each 100 ms.
TableMetadata TableWith(std::int64_t count) {
  TableMetadata table = PartitionedTable(2);
  for (std::int64_t id = 1; id <= count; ++id) {
    table = *AddSnapshot(table, SnapshotOf(id, 100 * id));
  }
  return table;
}

NewTableOptions Wanted() {
  NewTableOptions options;
  options.table_uuid = "9c12d441-03fe-4693-9a96-a0705ddf69c1";
  options.location = "file:///w/t";
  Type point = Primitive(TypeId::kStruct);
  point.fields = {FieldOf(31, "x", Primitive(TypeId::kInt))};
  options.schema.fields = {FieldOf(20, "p", point), FieldOf(10, "at", Primitive(TypeId::kDate))};
  options.partition_spec.fields = {{10, 0, "at_year", {TransformKind::kYear, 0, {}}}};
  SortField by_x;
  by_x.source_id = 31;
  options.sort_order.fields = {by_x};
  options.now = At(5);
  return options;
}

TEST(TableChangesTest, NumbersFieldsOfANewTable) {
  const auto table = NewTable(Wanted());
  ASSERT_TRUE(IsOk(table));
  const Schema& schema = table->CurrentSchema();
  EXPECT_EQ(schema.FindByName("p")->id, 1);
  EXPECT_EQ(schema.FindByName("at")->id, 2);
  EXPECT_EQ(schema.FindByName("p.x")->id, 3);
  EXPECT_EQ(table->last_column_id, 3);
  EXPECT_EQ(table->DefaultSpec().fields[0].source_id, 2);
  EXPECT_EQ(table->DefaultSpec().fields[0].field_id, 1000);
  EXPECT_EQ(table->DefaultSortOrder().fields[0].source_id, 3);
  EXPECT_EQ(table->default_sort_order_id, 1);
  EXPECT_EQ(*ParseTableMetadata(PrintTableMetadata(*table)), *table);
}

TEST(TableChangesTest, RefusesTablesThatCanNotBe) {
  NewTableOptions options = Wanted();
  options.location += "/";
  EXPECT_TRUE(IsError(NewTable(options), ErrorCode::kInvalidArgument));
  options = Wanted();
  options.format_version = 1;
  EXPECT_TRUE(IsError(NewTable(options), ErrorCode::kInvalidArgument));
  options = Wanted();
  options.partition_spec.fields[0].source_id = 99;
  EXPECT_TRUE(IsError(NewTable(options), ErrorCode::kSchemaChangeInvalid));
  options = Wanted();
  options.schema.fields[1].name = "p";
  EXPECT_TRUE(IsError(NewTable(options), ErrorCode::kSchemaChangeInvalid));
  options = Wanted();
  options.schema.fields[1].type = Primitive(TypeId::kVariant);
  EXPECT_TRUE(IsError(NewTable(options), ErrorCode::kSchemaChangeInvalid));
}

TEST(TableChangesTest, SnapshotsFollowEachOther) {
  const TableMetadata table = TableWith(2);
  EXPECT_EQ(table.CurrentSnapshot()->parent_snapshot_id, 1);
  EXPECT_EQ(table.CurrentSnapshot()->sequence_number, 2);
  EXPECT_EQ(table.snapshot_log.size(), 2U);
  EXPECT_EQ(*ParseTableMetadata(PrintTableMetadata(table)), table);
  const auto early = AddSnapshot(table, SnapshotOf(3, 7));
  ASSERT_TRUE(IsOk(early));
  EXPECT_EQ(early->last_updated, At(200));
  EXPECT_TRUE(IsError(AddSnapshot(table, SnapshotOf(2, 300)), ErrorCode::kInvalidArgument));
  Snapshot nameless = SnapshotOf(3, 300);
  nameless.summary.clear();
  EXPECT_TRUE(IsError(AddSnapshot(table, nameless), ErrorCode::kInvalidArgument));
}

TEST(TableChangesTest, BranchesLeaveMainAlone) {
  const auto table = AddSnapshot(TableWith(2), SnapshotOf(3, 300), "audit");
  ASSERT_TRUE(IsOk(table));
  EXPECT_EQ(table->current_snapshot_id, 2);
  EXPECT_EQ(table->FindRef("audit")->parent_snapshot_id, std::nullopt);
  EXPECT_EQ(table->snapshot_log.size(), 2U);
  const auto back = SetCurrentSnapshot(*table, 1, At(400));
  ASSERT_TRUE(IsOk(back));
  EXPECT_EQ(back->CurrentSnapshot()->snapshot_id, 1);
  EXPECT_EQ(back->SnapshotAsOf(At(350))->snapshot_id, 2);
  EXPECT_TRUE(IsError(SetCurrentSnapshot(*table, 9, At(1)), ErrorCode::kSnapshotNotFound));
}

TEST(TableChangesTest, V3SnapshotsCountRows) {
  TableMetadata table = *UpgradeFormat(PartitionedTable(2), 3);
  Snapshot snapshot = SnapshotOf(1, 1);
  EXPECT_TRUE(IsError(AddSnapshot(table, snapshot), ErrorCode::kInvalidArgument));
  snapshot.first_row_id = 0;
  snapshot.added_rows = 25;
  table = *AddSnapshot(table, snapshot);
  EXPECT_EQ(table.next_row_id, 25);
  EXPECT_TRUE(IsError(UpgradeFormat(table, 2), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(UpgradeFormat(table, 4), ErrorCode::kMetadataUnsupported));
}

TEST(TableChangesTest, TheLogOfMetadataIsBounded) {
  TableMetadata table = PartitionedTable(2);
  table.properties["write.metadata.previous-versions-max"] = "3";
  for (int i = 0; i < 5; ++i) table = RecordPreviousMetadata(table, {At(i), std::to_string(i)});
  ASSERT_EQ(table.metadata_log.size(), 3U);
  EXPECT_EQ(table.metadata_log.front().metadata_file, "2");
  table = ChangeProperties(
      table, {{"write.metadata.previous-versions-max", std::nullopt}, {"owner", "x"}}, At(9));
  EXPECT_EQ(table.properties, (Properties{{"owner", "x"}}));
  for (int i = 0; i < 200; ++i) table = RecordPreviousMetadata(table, {At(i), "m"});
  EXPECT_LE(table.metadata_log.size(), 100U);
  EXPECT_GE(table.metadata_log.size(), 90U);  // the oldest tenth goes at once
}

TEST(TableChangesTest, RemovedSnapshotsLeaveNoTrace) {
  TableMetadata table = TableWith(4);
  SnapshotRef tag;
  tag.snapshot_id = 1;
  tag.kind = RefKind::kTag;
  table.refs["v1"] = tag;
  table.statistics.push_back({2, "stats", 1, 1, std::nullopt, {}});
  EXPECT_TRUE(IsError(RemoveSnapshots(table, {4}), ErrorCode::kInvalidArgument));
  const auto next = RemoveSnapshots(table, {1, 2});
  ASSERT_TRUE(IsOk(next));
  EXPECT_EQ(next->snapshots.size(), 2U);
  EXPECT_EQ(next->snapshot_log.size(), 2U);
  EXPECT_TRUE(next->statistics.empty());
  EXPECT_FALSE(next->refs.contains("v1"));
  EXPECT_EQ(*ParseTableMetadata(PrintTableMetadata(*next)), *next);
}

TEST(ExpiryTest, KeepsBranchesTagsAndLeases) {
  TableMetadata table = TableWith(6);
  SnapshotRef tag;
  tag.snapshot_id = 2;
  tag.kind = RefKind::kTag;
  table.refs["keep"] = tag;
  tag.snapshot_id = 1;
  tag.max_ref_age = milliseconds(10);
  table.refs["old"] = tag;
  ExpiryOptions options;
  options.now = At(700);
  options.snapshot_age_max = milliseconds(250);
  options.leased = {3};
  EXPECT_EQ(ChooseExpired(table, options), (std::set<std::int64_t>{1, 4}));
  options.snapshots_min = 3;
  EXPECT_EQ(ChooseExpired(table, options), (std::set<std::int64_t>{1}));
  options.snapshots_max = 3;
  EXPECT_EQ(ChooseExpired(table, options), (std::set<std::int64_t>{1, 4, 5}));
  options.snapshot_age_max = milliseconds::zero();
  options.snapshots_min = 1;
  options.leased.clear();
  EXPECT_EQ(ChooseExpired(table, options), (std::set<std::int64_t>{1, 3, 4, 5}));
  table.properties = {{"history.expire.max-snapshot-age-ms", "7"},
                      {"history.expire.min-snapshots-to-keep", "2"}};
  EXPECT_EQ(ExpiryOptionsOf(table, At(1)).snapshot_age_max, milliseconds(7));
  EXPECT_EQ(ExpiryOptionsOf(table, At(1)).snapshots_min, 2);
}

ManifestEntry EntryOf(const std::string& path, EntryStatus status) {
  ManifestEntry entry;
  entry.status = status;
  entry.snapshot_id = 1;
  entry.sequence_number = 1;
  entry.file_sequence_number = 1;
  entry.file = FileOf(path);
  return entry;
}

TEST(ExpiryTest, FindsFilesThatNothingReaches) {
  TableMetadata table = TableWith(2);
  table.default_spec_id = 0;
  std::map<std::string, std::string> files;
  const auto put_manifest = [&](const std::string& path,
                                const std::vector<ManifestEntry>& entries) {
    WrittenManifest written = *WriteManifest(table, {.snapshot_id = 1}, entries);
    files[path] = written.bytes;
    written.file.path = path;
    return written.file;
  };
  const ManifestFile first =
      put_manifest("m1", {EntryOf("a", EntryStatus::kAdded), EntryOf("b", EntryStatus::kAdded)});
  const ManifestFile second = put_manifest(
      "m2", {EntryOf("a", EntryStatus::kExisting), EntryOf("b", EntryStatus::kDeleted)});
  const ManifestFile shared = put_manifest("m3", {EntryOf("c", EntryStatus::kAdded)});
  ManifestListOptions options;
  files["l1"] = WriteManifestList(options, {first, shared})->bytes;
  files["l2"] = WriteManifestList(options, {second, shared})->bytes;
  const FileReader read = [&files](const std::string& path) -> Result<std::string> {
    return files.at(path);
  };
  const auto gone = FindUnreachable(table, *RemoveSnapshots(table, {1}), read);
  ASSERT_TRUE(IsOk(gone));
  EXPECT_EQ(gone->data_files, std::set<std::string>{"b"});
  EXPECT_EQ(gone->manifests, std::set<std::string>{"m1"});
  EXPECT_EQ(gone->manifest_lists, std::set<std::string>{"l1"});
  EXPECT_TRUE(FindUnreachable(table, table, read)->data_files.empty());
}

TEST(ManifestChangesTest, RemovesFilesAndForgetsOldDeletions) {
  const std::vector<ManifestEntry> entries{EntryOf("a", EntryStatus::kAdded),
                                           EntryOf("b", EntryStatus::kExisting),
                                           EntryOf("c", EntryStatus::kDeleted)};
  const ManifestRemoval removal =
      RemoveFiles(entries, 9, [](const DataFile& file) { return file.path == "b"; });
  ASSERT_EQ(removal.entries.size(), 2U);
  EXPECT_EQ(removal.entries[0].status, EntryStatus::kExisting);
  EXPECT_EQ(removal.entries[0].snapshot_id, 1);
  EXPECT_EQ(removal.entries[1].status, EntryStatus::kDeleted);
  EXPECT_EQ(removal.entries[1].snapshot_id, 9);
  ASSERT_EQ(removal.removed.size(), 1U);
  EXPECT_EQ(removal.removed[0].file.path, "b");

  EXPECT_EQ(CarryOver(entries, 1).size(), 3U);
  const std::vector<ManifestEntry> carried = CarryOver(entries, 9);
  ASSERT_EQ(carried.size(), 2U);
  EXPECT_EQ(carried[0].status, EntryStatus::kExisting);
}

ManifestFile Sized(std::int64_t bytes, std::int32_t spec_id) {
  ManifestFile file;
  file.length_bytes = bytes;
  file.spec_id = spec_id;
  return file;
}

TEST(ManifestChangesTest, MergesSmallManifestsOfOneSpec) {
  MergeOptions options;
  options.target_bytes = 100;
  options.count_min = 3;
  using Groups = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(PlanMerge({Sized(40, 0), Sized(40, 0)}, options), Groups{});
  EXPECT_EQ(PlanMerge({Sized(30, 0), Sized(30, 0), Sized(30, 0)}, options), (Groups{{0, 1, 2}}));
  EXPECT_EQ(PlanMerge({Sized(30, 0), Sized(30, 1), Sized(30, 0), Sized(30, 0)}, options),
            (Groups{{0, 2, 3}}));
  EXPECT_EQ(PlanMerge({Sized(60, 0), Sized(30, 0), Sized(60, 0)}, options), (Groups{{0, 1}}));
  EXPECT_EQ(PlanMerge({Sized(100, 0), Sized(500, 0), Sized(30, 0)}, options), Groups{});
  options.enabled = false;
  EXPECT_EQ(PlanMerge({Sized(30, 0), Sized(30, 0), Sized(30, 0)}, options), Groups{});
}

TEST(SnapshotSummaryTest, TotalsContinueThoseOfTheParent) {
  SummaryCounter first;
  DataFile file = FileOf("a");
  file.record_count = 10;
  first.Add(file);
  first.Add(FileOf("b"));
  Snapshot parent;
  parent.summary = first.Finish(Operation::kAppend, nullptr);
  EXPECT_EQ(parent.summary.at("operation"), "append");
  EXPECT_EQ(parent.summary.at("added-data-files"), "2");
  EXPECT_EQ(parent.summary.at("total-records"), "11");
  EXPECT_EQ(parent.summary.at("total-delete-files"), "0");
  EXPECT_EQ(parent.summary.at("changed-partition-count"), "1");
  EXPECT_FALSE(parent.summary.contains("deleted-data-files"));

  SummaryCounter second;
  second.Remove(file);
  DataFile deletes = FileOf("d");
  deletes.content = FileContent::kPositionDeletes;
  deletes.record_count = 4;
  second.Add(deletes);
  const Properties summary = second.Finish(Operation::kDelete, &parent);
  EXPECT_EQ(summary.at("deleted-records"), "10");
  EXPECT_EQ(summary.at("total-records"), "1");
  EXPECT_EQ(summary.at("total-data-files"), "1");
  EXPECT_EQ(summary.at("added-position-deletes"), "4");
  EXPECT_EQ(summary.at("total-position-deletes"), "4");
  EXPECT_EQ(summary.at("total-files-size"), "200");

  parent.summary.erase("total-records");
  EXPECT_FALSE(second.Finish(Operation::kDelete, &parent).contains("total-records"));
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
