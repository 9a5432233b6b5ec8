// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/manifest.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "formats/avro/container_reader.h"
#include "lakehouse/iceberg/manifest_schema_internal.h"
#include "lakehouse/iceberg/test_tables_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

ManifestEntry Added(DataFile file) {
  ManifestEntry entry;
  entry.file = std::move(file);
  return entry;
}

DataFile RichFile(std::int64_t number) {
  DataFile file = FileOf("file:///w/t/data/" + std::to_string(number) + ".parquet");
  file.record_count = 10 + number;
  file.size_bytes = 1000 + number;
  file.partition = {Value(static_cast<std::int32_t>(19000 + number)), Value("p"s)};
  file.spec_id = 1;
  file.column_sizes = {{1, 100}, {2, 50}};
  file.value_counts = {{1, 10}};
  file.null_value_counts = {{1, 0}, {2, 3}};
  file.nan_value_counts = {{3, 1}};
  file.lower_bounds = {{1, "\1\0\0\0\0\0\0\0"s}, {2, "a"s}};
  file.upper_bounds = {{1, "\x09\0\0\0\0\0\0\0"s}, {2, ""s}};
  file.split_offsets = {4, 1000};
  file.sort_order_id = 0;
  return file;
}

TEST(ManifestTest, AnAddedEntryOfAnUnlistedManifestHasNoNumberYet) {
  const TableMetadata table = PartitionedTable(2);
  const auto written = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1}, {Added(RichFile(1))});
  ASSERT_TRUE(IsOk(written));
  const auto entries = ReadManifest(table, written->file, written->bytes);
  ASSERT_TRUE(IsOk(entries));
  EXPECT_EQ(entries->front().sequence_number, std::nullopt);
  EXPECT_EQ(entries->front().file_sequence_number, std::nullopt);
}

TEST(ManifestTest, ReadsBackWhatItWrites) {
  const TableMetadata table = PartitionedTable(2);
  ManifestEntry existing = Added(RichFile(2));
  existing.status = EntryStatus::kExisting;
  existing.snapshot_id = 3;
  existing.sequence_number = 4;
  existing.file_sequence_number = 5;
  ManifestEntry deleted = existing;
  deleted.status = EntryStatus::kDeleted;
  deleted.file = RichFile(3);
  deleted.file.partition = {Value(), Value()};
  const auto written = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1},
                                     {Added(RichFile(1)), existing, deleted});
  ASSERT_TRUE(IsOk(written));

  ManifestFile line = written->file;
  EXPECT_EQ(line.added_files_count, 1);
  EXPECT_EQ(line.existing_rows_count, 12);
  EXPECT_EQ(line.deleted_files_count, 1);
  EXPECT_EQ(line.min_sequence_number, 4);
  EXPECT_EQ(line.length_bytes, static_cast<std::int64_t>(written->bytes.size()));
  ASSERT_EQ(line.partitions.size(), 2U);
  EXPECT_TRUE(line.partitions[0].contains_null);
  EXPECT_EQ(line.partitions[0].contains_nan, std::nullopt);
  EXPECT_TRUE(*DecodeValue(Primitive(TypeId::kDate), *line.partitions[0].lower_bound) ==
              Value(std::int32_t{19001}));

  line.path = "file:///w/t/metadata/m.avro";
  line.sequence_number = 7;
  const auto entries = ReadManifest(table, line, written->bytes);
  ASSERT_TRUE(IsOk(entries));
  ASSERT_EQ(entries->size(), 3U);
  ManifestEntry inherited = Added(RichFile(1));
  inherited.snapshot_id = 9;
  inherited.sequence_number = 7;
  inherited.file_sequence_number = 7;
  EXPECT_EQ((*entries)[0], inherited);
  EXPECT_EQ((*entries)[1], existing);
  EXPECT_EQ((*entries)[2], deleted);
}

TEST(ManifestTest, AWrittenManifestNamesItsTable) {
  const TableMetadata table = PartitionedTable(2);
  const auto written = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1}, {});
  const auto container = formats::avro::ReadContainer(written->bytes, {});
  ASSERT_TRUE(IsOk(container));
  EXPECT_EQ(container->metadata.at("content"), "data");
  EXPECT_EQ(container->metadata.at("format-version"), "2");
  EXPECT_EQ(container->metadata.at("partition-spec-id"), "1");
  EXPECT_EQ(*ParseSchema(container->metadata.at("schema")), table.CurrentSchema());
}

TEST(ManifestTest, ListGivesNewManifestsTheirNumbers) {
  const TableMetadata table = PartitionedTable(3);
  ManifestFile first = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1},
                                     {Added(RichFile(1)), Added(RichFile(2))})
                           ->file;
  first.path = "a";
  ManifestFile old = first;
  old.path = "b";
  old.sequence_number = 2;
  old.min_sequence_number = 1;
  old.first_row_id = 40;
  ManifestFile second = first;
  second.path = "c";
  ManifestListOptions options;
  options.snapshot_id = 9;
  options.parent_snapshot_id = 8;
  options.sequence_number = 5;
  options.format_version = 3;
  options.first_row_id = 100;
  const auto list = WriteManifestList(options, {first, old, second});
  ASSERT_TRUE(IsOk(list));
  EXPECT_EQ(list->added_rows, 46);
  const auto read = ReadManifestList(list->bytes);
  ASSERT_TRUE(IsOk(read));
  EXPECT_EQ(*read, list->files);
  EXPECT_EQ((*read)[0].sequence_number, 5);
  EXPECT_EQ((*read)[0].min_sequence_number, 5);
  EXPECT_EQ((*read)[0].first_row_id, 100);
  EXPECT_EQ((*read)[1].sequence_number, 2);
  EXPECT_EQ((*read)[1].first_row_id, 40);
  EXPECT_EQ((*read)[2].first_row_id, 123);
}

TEST(ManifestTest, RowIdsAreInheritedInOrder) {
  const TableMetadata table = PartitionedTable(3);
  ManifestEntry settled = Added(RichFile(5));
  settled.file.first_row_id = 7;
  auto written = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1},
                               {Added(RichFile(1)), settled, Added(RichFile(2))});
  written->file.first_row_id = 1000;
  const auto entries = ReadManifest(table, written->file, written->bytes);
  ASSERT_TRUE(IsOk(entries));
  EXPECT_EQ((*entries)[0].file.first_row_id, 1000);
  EXPECT_EQ((*entries)[1].file.first_row_id, 7);
  EXPECT_EQ((*entries)[2].file.first_row_id, 1011);
}

TEST(ManifestTest, RefusesEntriesThatDoNotBelong) {
  const TableMetadata table = PartitionedTable(2);
  const auto refused = [&table](ManifestEntry entry, ManifestContent content) {
    const auto written =
        WriteManifest(table, {.snapshot_id = 9, .spec_id = 1, .content = content}, {entry});
    return IsError(written, ErrorCode::kInvalidArgument);
  };
  ManifestEntry entry = Added(RichFile(1));
  EXPECT_TRUE(refused(entry, ManifestContent::kDeletes));
  entry.file.spec_id = 0;
  EXPECT_TRUE(refused(entry, ManifestContent::kData));
  entry = Added(RichFile(1));
  entry.file.partition[0] = Value("text"s);
  EXPECT_TRUE(refused(entry, ManifestContent::kData));
  entry.file.partition.pop_back();
  EXPECT_TRUE(refused(entry, ManifestContent::kData));
  entry = Added(RichFile(1));
  entry.status = EntryStatus::kExisting;
  EXPECT_TRUE(refused(entry, ManifestContent::kData));
  entry = Added(RichFile(1));
  entry.file.content = FileContent::kEqualityDeletes;
  EXPECT_TRUE(refused(entry, ManifestContent::kDeletes));
  entry.file.content = FileContent::kPositionDeletes;
  entry.file.content_offset = 4;
  EXPECT_TRUE(refused(entry, ManifestContent::kDeletes));
  EXPECT_TRUE(IsError(WriteManifest(table, {.snapshot_id = 9, .spec_id = 5}, {}),
                      ErrorCode::kInvalidArgument));
}

TEST(ManifestTest, EveryPartitionTypeSurvives) {
  const std::pair<const char*, Value> values[] = {{"boolean", true},
                                                  {"int", std::int32_t{-1}},
                                                  {"long", std::int64_t{1} << 40},
                                                  {"float", -0.5F},
                                                  {"double", 2.5},
                                                  {"date", std::int32_t{19000}},
                                                  {"time", std::int64_t{5}},
                                                  {"timestamp", std::int64_t{-5}},
                                                  {"timestamptz", std::int64_t{5}},
                                                  {"string", "\xC3\xA4"s},
                                                  {"uuid", std::string(16, '\xAB')},
                                                  {"fixed[3]", "abc"s},
                                                  {"binary", "\0\xFF"s},
                                                  {"decimal(5, 2)", Int128{-99999}},
                                                  {"decimal(38, 10)", Int128{1} << 120}};
  for (const auto& [name, value] : values) {
    const TableMetadata table = TableOfOneColumn(*ParsePrimitive(name));
    ManifestEntry entry = Added(FileOf("f"));
    entry.file.partition = {value};
    ManifestEntry empty = Added(FileOf("g"));
    empty.file.partition = {Value()};
    const auto written = WriteManifest(table, {.snapshot_id = 1}, {entry, empty});
    ASSERT_TRUE(IsOk(written)) << name;
    const auto entries = ReadManifest(table, written->file, written->bytes);
    ASSERT_TRUE(IsOk(entries)) << name;
    EXPECT_TRUE((*entries)[0].file.partition[0] == value) << name;
    EXPECT_TRUE((*entries)[1].file.partition[0] == Value()) << name;
  }
}

TEST(ManifestTest, NamesAreSpelledInTheAlphabetOfAvro) {
  EXPECT_EQ(AvroName("plain_1"), "plain_1");
  EXPECT_EQ(AvroName("1a"), "_1a");
  EXPECT_EQ(AvroName("a b-c"), "a_x20b_x2Dc");
  EXPECT_EQ(AvroName("\xC3\xA4"), "_xE4");
  EXPECT_EQ(DecimalBytes(2), 1U);
  EXPECT_EQ(DecimalBytes(3), 2U);
  EXPECT_EQ(DecimalBytes(9), 4U);
  EXPECT_EQ(DecimalBytes(18), 8U);
  EXPECT_EQ(DecimalBytes(38), 16U);
}

TEST(ManifestTest, DamagedBytesAreRefused) {
  const TableMetadata table = PartitionedTable(2);
  const auto written = WriteManifest(table, {.snapshot_id = 9, .spec_id = 1}, {Added(RichFile(1))});
  const std::string cut = written->bytes.substr(0, written->bytes.size() - 1);
  EXPECT_TRUE(IsError(ReadManifest(table, written->file, cut), ErrorCode::kAvroInvalid));
  EXPECT_TRUE(IsError(ReadManifestList("no list"), ErrorCode::kAvroInvalid));
  EXPECT_TRUE(IsError(ReadManifestList(written->bytes), ErrorCode::kMetadataInvalid));
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
