// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/scan.h"

#include <gtest/gtest.h>

#include <map>

#include "base/testing/matchers.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/iceberg/test_tables_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

/// Keeps a table and its metadata files in memory and commits entries to it.
class MemoryTable final {
 public:
  explicit MemoryTable(TableMetadata table) : table_(std::move(table)) {}

  const TableMetadata& metadata() const { return table_; }
  TableMetadata& metadata() { return table_; }

  FileReader reader() const {
    return [this](const std::string& path) -> Result<std::string> {
      const auto found = files_.find(path);
      if (found == files_.end()) return MakeError(ErrorCode::kFileNotFound, "no such test file");
      return found->second;
    };
  }

  /// Adds files in one snapshot; all are of one spec.
  std::int64_t Commit(const std::vector<DataFile>& files) {
    const std::int64_t id = ++last_id_;
    std::vector<ManifestFile> lines;
    if (const Snapshot* parent = table_.CurrentSnapshot()) {
      lines = *ManifestsOf(table_, *parent, reader());
    }
    for (const ManifestContent content : {ManifestContent::kData, ManifestContent::kDeletes}) {
      std::vector<ManifestEntry> entries;
      for (const DataFile& file : files) {
        if ((file.content == FileContent::kData) != (content == ManifestContent::kData)) continue;
        entries.emplace_back();
        entries.back().file = file;
      }
      if (entries.empty()) continue;
      WrittenManifest written = *WriteManifest(
          table_, {.snapshot_id = id, .spec_id = entries[0].file.spec_id, .content = content},
          entries);
      written.file.path =
          "m" + std::to_string(id) + (content == ManifestContent::kData ? "d" : "x");
      files_[written.file.path] = written.bytes;
      lines.push_back(written.file);
    }
    ManifestListOptions options;
    options.snapshot_id = id;
    options.sequence_number = NextSequenceNumber(table_);
    options.format_version = table_.format_version;
    options.first_row_id = table_.next_row_id;
    const WrittenManifestList list = *WriteManifestList(options, lines);
    Snapshot snapshot;
    snapshot.snapshot_id = id;
    snapshot.timestamp = Timestamp(std::chrono::milliseconds(1000 * id));
    snapshot.manifest_list = "l" + std::to_string(id);
    snapshot.summary = {{"operation", "append"}};
    if (table_.format_version >= 3) {
      snapshot.first_row_id = table_.next_row_id;
      snapshot.added_rows = list.added_rows;
    }
    files_[snapshot.manifest_list] = list.bytes;
    table_ = *AddSnapshot(table_, snapshot);
    return id;
  }

 private:
  TableMetadata table_;
  std::map<std::string, std::string> files_;
  std::int64_t last_id_ = 0;
};

DataFile InDay(std::string path, std::int32_t day) {
  DataFile file = FileOf(std::move(path));
  file.spec_id = 1;
  file.partition = {Value(day), Value("n"s)};
  return file;
}

DataFile Deletes(DataFile file, FileContent content) {
  file.content = content;
  if (content == FileContent::kEqualityDeletes) file.equality_ids = {1};
  return file;
}

std::vector<std::string> DeletesOf(const ScanPlan& plan, const std::string& path) {
  std::vector<std::string> names;
  for (const PlannedFile& file : plan.files) {
    if (file.entry.file.path != path) continue;
    for (const std::size_t index : file.deletes) names.push_back(plan.deletes[index].file.path);
    if (file.deletion_vector)
      names.push_back("dv " + plan.deletes[*file.deletion_vector].file.path);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(ScanTest, AppliesDeletesByAgeAndPartition) {
  MemoryTable table(PartitionedTable(2));
  table.Commit({InDay("old1", 1), InDay("old2", 2)});
  // In one commit: position deletes apply to files of the same commit, equality deletes do not.
  table.Commit({InDay("same1", 1), Deletes(InDay("pos1", 1), FileContent::kPositionDeletes),
                Deletes(InDay("eq1", 1), FileContent::kEqualityDeletes)});
  table.Commit({InDay("new1", 1)});
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  EXPECT_EQ(plan->files.size(), 4U);
  EXPECT_EQ(DeletesOf(*plan, "old1"), (Names{"pos1", "eq1"}));
  EXPECT_EQ(DeletesOf(*plan, "old2"), Names{});
  EXPECT_EQ(DeletesOf(*plan, "same1"), Names{"pos1"});
  EXPECT_EQ(DeletesOf(*plan, "new1"), Names{});
}

ManifestEntry Aged(DataFile file, std::int64_t sequence_number) {
  ManifestEntry entry;
  entry.sequence_number = sequence_number;
  entry.file_sequence_number = sequence_number;
  entry.file = std::move(file);
  return entry;
}

TEST(ScanTest, FindsDeletesThatApplyToNothing) {
  constexpr FileContent kPosition = FileContent::kPositionDeletes;
  constexpr FileContent kEquality = FileContent::kEqualityDeletes;
  DataFile of_gone = Deletes(InDay("of gone", 1), kPosition);
  of_gone.referenced_data_file = "gone";
  DataFile beyond = Deletes(InDay("beyond", 1), kPosition);
  beyond.lower_bounds[2147483546] = "b";
  const auto dangling =
      FindDanglingDeletes(PartitionedTable(2), {Aged(InDay("a", 1), 3), Aged(InDay("b", 2), 5)},
                          {Aged(Deletes(InDay("same age", 1), kPosition), 3), Aged(of_gone, 9),
                           Aged(beyond, 9), Aged(Deletes(InDay("too old", 2), kPosition), 4),
                           Aged(Deletes(InDay("too old for equality", 1), kEquality), 3),
                           Aged(Deletes(InDay("younger", 2), kEquality), 6),
                           Aged(Deletes(InDay("other day", 3), kPosition), 9)});
  ASSERT_TRUE(IsOk(dangling));
  Names names;
  for (const ManifestEntry& entry : *dangling) names.push_back(entry.file.path);
  EXPECT_EQ(names, (Names{"of gone", "beyond", "too old", "too old for equality", "other day"}));
}

// A compacted file has old rows, but no position delete from before it can mean it.
TEST(ScanTest, PositionsAreNeverThoseOfAFileAddedLater) {
  const ManifestEntry deletes = Aged(Deletes(InDay("d", 1), FileContent::kPositionDeletes), 7);
  ManifestEntry compacted = Aged(InDay("c", 1), 7);
  EXPECT_TRUE(FindDanglingDeletes(PartitionedTable(2), {compacted}, {deletes})->empty());
  compacted.file_sequence_number = 8;
  EXPECT_EQ(FindDanglingDeletes(PartitionedTable(2), {compacted}, {deletes})->size(), 1U);
  compacted.file_sequence_number.reset();
  EXPECT_EQ(FindDanglingDeletes(PartitionedTable(2), {compacted}, {deletes})->size(), 1U);
}

TEST(ScanTest, UnpartitionedEqualityDeletesAreGlobal) {
  MemoryTable table(PartitionedTable(2));
  table.Commit({InDay("a", 1), InDay("b", 2)});
  DataFile global = Deletes(FileOf("eq"), FileContent::kEqualityDeletes);
  global.equality_ids = {3, 77};
  table.Commit({global});
  DataFile local = Deletes(FileOf("pos"), FileContent::kPositionDeletes);
  table.Commit({local});
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  EXPECT_EQ(DeletesOf(*plan, "a"), Names{"eq"});
  EXPECT_EQ(DeletesOf(*plan, "b"), Names{"eq"});
  EXPECT_TRUE(plan->dropped_fields.empty());
}

TEST(ScanTest, PositionDeletesOfOneFileTouchNoOther) {
  MemoryTable table(PartitionedTable(2));
  table.Commit({InDay("a", 1), InDay("b", 1), InDay("c", 1)});
  DataFile referenced = Deletes(InDay("pos a", 1), FileContent::kPositionDeletes);
  referenced.referenced_data_file = "a";
  DataFile bounded = Deletes(InDay("pos b", 1), FileContent::kPositionDeletes);
  bounded.lower_bounds = {{2147483546, "b"}};
  bounded.upper_bounds = {{2147483546, "b"}};
  table.Commit({referenced, bounded});
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  EXPECT_EQ(DeletesOf(*plan, "a"), Names{"pos a"});
  EXPECT_EQ(DeletesOf(*plan, "b"), Names{"pos b"});
  EXPECT_EQ(DeletesOf(*plan, "c"), Names{});
}

DataFile VectorOf(const std::string& path, const std::string& data_path) {
  DataFile file = Deletes(InDay(path, 1), FileContent::kPositionDeletes);
  file.file_format = "PUFFIN";
  file.referenced_data_file = data_path;
  file.content_offset = 4;
  file.content_size_bytes = 40;
  return file;
}

TEST(ScanTest, ADeletionVectorStandsForAllPositionDeletes) {
  MemoryTable table(PartitionedTable(2));
  table.Commit({InDay("a", 1), InDay("b", 1)});
  table.Commit({Deletes(InDay("pos", 1), FileContent::kPositionDeletes)});
  table.metadata() = *UpgradeFormat(table.metadata(), 3);
  table.Commit({VectorOf("dv", "a")});
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  EXPECT_EQ(DeletesOf(*plan, "a"), Names{"dv dv"});
  EXPECT_EQ(DeletesOf(*plan, "b"), Names{"pos"});
  table.Commit({VectorOf("dv2", "a")});
  EXPECT_TRUE(IsError(PlanScan(table.metadata(), {}, table.reader()), ErrorCode::kMetadataInvalid));
}

TEST(ScanTest, TimeTravelUsesTheSchemaOfItsTime) {
  MemoryTable table(PartitionedTable(2));
  const std::int64_t first = table.Commit({InDay("a", 1)});
  Schema renamed = table.metadata().CurrentSchema();
  renamed.schema_id = 1;
  renamed.fields[1].name = "title";
  table.metadata().schemas.push_back(renamed);
  table.metadata().current_schema_id = 1;
  table.Commit({InDay("b", 1)});
  ScanOptions options;
  EXPECT_EQ(PlanScan(table.metadata(), options, table.reader())->schema.fields[1].name, "title");
  options.snapshot_id = first;
  const auto past = PlanScan(table.metadata(), options, table.reader());
  ASSERT_TRUE(IsOk(past));
  EXPECT_EQ(past->schema.fields[1].name, "name");
  EXPECT_EQ(past->files.size(), 1U);
  options.snapshot_id = 99;
  EXPECT_TRUE(
      IsError(PlanScan(table.metadata(), options, table.reader()), ErrorCode::kSnapshotNotFound));
}

TEST(ScanTest, GivesConstantsWidenedBoundsAndNameMapping) {
  MemoryTable table(TableOfOneColumn(Primitive(TypeId::kInt)));
  table.metadata().properties[std::string(kNameMappingProperty)] =
      R"([{"field-id": 1, "names": ["c", "old c"]}])";
  DataFile file = FileOf("a");
  file.partition = {Value(std::int32_t{-3})};
  file.lower_bounds = {{1, *EncodeValue(Primitive(TypeId::kInt), Value(std::int32_t{-3}))}};
  DataFile empty = FileOf("b");
  empty.partition = {Value()};
  table.Commit({file, empty});
  table.metadata().schemas[0].fields[0].type = Primitive(TypeId::kLong);
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  const std::string minus_three = *EncodeValue(Primitive(TypeId::kLong), Value(std::int64_t{-3}));
  EXPECT_EQ(plan->files[0].partition_constants.at(1), minus_three);
  EXPECT_EQ(plan->files[0].entry.file.lower_bounds.at(1), minus_three);
  EXPECT_EQ(plan->files[1].partition_constants.at(1), std::nullopt);
  EXPECT_EQ(plan->name_mapping[0].names[1], "old c");
  EXPECT_FALSE(plan->null_counts_hold);
}

TEST(ScanTest, EqualityDeletesMayNameDroppedColumns) {
  MemoryTable table(PartitionedTable(2));
  table.Commit({InDay("a", 1)});
  table.Commit({Deletes(InDay("eq", 1), FileContent::kEqualityDeletes)});
  Schema smaller = table.metadata().CurrentSchema();
  smaller.schema_id = 1;
  smaller.fields.erase(smaller.fields.begin());
  table.metadata().schemas.push_back(smaller);
  table.metadata().current_schema_id = 1;
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  ASSERT_EQ(plan->dropped_fields.size(), 1U);
  EXPECT_EQ(plan->dropped_fields[0].name, "id");
}

TEST(ScanTest, EncryptedFilesAreRefused) {
  MemoryTable table(PartitionedTable(2));
  DataFile file = InDay("a", 1);
  file.key_metadata = "key";
  table.Commit({file});
  EXPECT_TRUE(
      IsError(PlanScan(table.metadata(), {}, table.reader()), ErrorCode::kMetadataUnsupported));
}

TEST(ScanTest, AnEmptyTableHasNoFiles) {
  const MemoryTable table(PartitionedTable(2));
  const auto plan = PlanScan(table.metadata(), {}, table.reader());
  ASSERT_TRUE(IsOk(plan));
  EXPECT_EQ(plan->snapshot_id, std::nullopt);
  EXPECT_TRUE(plan->files.empty());
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
