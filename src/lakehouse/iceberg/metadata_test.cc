// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/metadata.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/iceberg/view_metadata.h"

namespace healix::lakehouse::iceberg {
namespace {

namespace fs = std::filesystem;
using healix::testing::IsError;
using healix::testing::IsOk;
using nlohmann::json;

std::string ReadWhole(const fs::path& path) {
  Result<std::string> bytes =
      base::ReadFile(base::PosixFileSystem(), path.string(), kMetadataBytesMax);
  EXPECT_TRUE(IsOk(bytes)) << path;
  return std::move(bytes).value_or("");
}

/// Says where `printed` lacks or changes a member of `original`; "" when nowhere.
std::string Lost(const json& original, const json& printed, const std::string& path) {
  if (original.is_null() || (original.empty() && original.is_structured())) return "";
  if (original.is_object()) {
    for (const auto& [name, value] : original.items()) {
      if (value.is_null() || value == json::object()) continue;
      if (name == "current-snapshot-id" && value == -1) continue;  // another way to say "none"
      if (!printed.contains(name)) return path + "." + name;
      std::string inner = Lost(value, printed[name], path + "." + name);
      if (!inner.empty()) return inner;
    }
    return "";
  }
  if (original.is_array()) {
    if (original.size() != printed.size()) return path;
    for (std::size_t i = 0; i < original.size(); ++i) {
      std::string inner = Lost(original[i], printed[i], path + "[" + std::to_string(i) + "]");
      if (!inner.empty()) return inner;
    }
    return "";
  }
  return original == printed ? "" : path;
}

template <typename T>
std::string FaultOf(const std::string& text, Result<T> (*parse)(std::string_view),
                    std::string (*print)(const T&)) {
  const Result<T> first = parse(text);
  if (!first) return first.error().ToString();
  const std::string printed = print(*first);
  const Result<T> second = parse(printed);
  if (!second || !(*second == *first)) return "what was printed reads differently";
  if (print(*second) != printed) return "it prints differently the second time";
  return Lost(json::parse(text), json::parse(printed), "");
}

/// Says why a file does not survive parse and print; "" when it does.
std::string RoundTripFault(const fs::path& path, std::string text) {
  if (path.filename().string().find("View") == std::string::npos) {
    return FaultOf(text, ParseTableMetadata, PrintTableMetadata);
  }
  json view = json::parse(text);
  view.erase("current-schema-id");  // in old files, but not in the specification
  return FaultOf(view.dump(), ParseViewMetadata, PrintViewMetadata);
}

bool MustBeRefused(const std::string& name) {
  for (const char* word : {"Missing", "Invalid", "Unsupported", "NotFound", "MultipleSQLs"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

TEST(MetadataTest, JudgesTheFilesOfApacheIceberg) {
  HEALIX_SHARED_OR_SKIP(folder, "conformance/iceberg/apache-iceberg/metadata");
  int right = 0;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::string text = ReadWhole(entry.path());
    const bool is_refused = !ParseTableMetadata(text) && !ParseViewMetadata(text);
    const std::string fault = MustBeRefused(name) ? (is_refused ? "" : "it was not refused")
                                                  : RoundTripFault(entry.path(), text);
    EXPECT_EQ(fault, "") << name;
    if (fault.empty()) ++right;
    ++count;
  }
  std::printf("Iceberg metadata files: %d of %d\n", right, count);
  EXPECT_EQ(right, count);
  EXPECT_GT(count, 0);
}

TEST(MetadataTest, ReadsTheMetadataOfTheConformanceTables) {
  const char* unpacked = std::getenv("HEALIX_ICEBERG_TABLES");
  if (unpacked == nullptr) GTEST_SKIP() << "HEALIX_ICEBERG_TABLES names no unpacked tables";
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(unpacked)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".metadata.json") || name == "v0.metadata.json") continue;
    const Result<TableMetadata> table = ParseTableMetadata(ReadWhole(entry.path()));
    EXPECT_TRUE(IsOk(table)) << entry.path();
    if (table) {
      EXPECT_EQ(*ParseTableMetadata(PrintTableMetadata(*table)), *table) << entry.path();
    }
    ++count;
  }
  std::printf("read %d metadata files\n", count);
  EXPECT_GT(count, 0);
}

constexpr const char* kTwoSnapshots = R"({
  "format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
  "location": "file:///w/t", "last-sequence-number": 2, "last-updated-ms": 200, "last-column-id": 2,
  "current-schema-id": 1, "schemas": [
    {"type": "struct", "schema-id": 0, "fields": [
      {"id": 1, "name": "a", "required": true, "type": "int"}]},
    {"type": "struct", "schema-id": 1, "fields": [
      {"id": 2, "name": "b", "required": false, "doc": "second", "type":
        {"type": "map", "key-id": 3, "key": "string", "value-id": 4, "value-required": false,
         "value": {"type": "list", "element-id": 5, "element-required": true, "element": "date"}}}]}],
  "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": []}], "last-partition-id": 999,
  "default-sort-order-id": 0, "sort-orders": [{"order-id": 0, "fields": []}],
  "properties": {"n": "17", "x": "y"}, "current-snapshot-id": 12,
  "snapshots": [
    {"snapshot-id": 11, "sequence-number": 1, "timestamp-ms": 100, "manifest-list": "l1",
     "summary": {"operation": "append"}, "schema-id": 0},
    {"snapshot-id": 12, "parent-snapshot-id": 11, "sequence-number": 2, "timestamp-ms": 200,
     "manifest-list": "l2", "summary": {"operation": "delete"}, "schema-id": 1}],
  "snapshot-log": [{"timestamp-ms": 100, "snapshot-id": 11}, {"timestamp-ms": 200, "snapshot-id": 12}],
  "refs": {"main": {"snapshot-id": 12, "type": "branch"},
           "v1": {"snapshot-id": 11, "type": "tag", "max-ref-age-ms": 5}}})";

TEST(MetadataTest, PrintsWhatItReads) {
  const Result<TableMetadata> table = ParseTableMetadata(kTwoSnapshots);
  ASSERT_TRUE(IsOk(table));
  const std::string printed = PrintTableMetadata(*table);
  EXPECT_EQ(Lost(json::parse(kTwoSnapshots), json::parse(printed), ""), "");
  EXPECT_EQ(*ParseTableMetadata(printed), *table);
}

TEST(MetadataTest, FindsThePast) {
  const TableMetadata table = *ParseTableMetadata(kTwoSnapshots);
  const auto at = [](std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); };
  EXPECT_EQ(table.SnapshotAsOf(at(99)), nullptr);
  EXPECT_EQ(table.SnapshotAsOf(at(199))->snapshot_id, 11);
  EXPECT_EQ(table.SnapshotAsOf(at(200))->snapshot_id, 12);
  EXPECT_EQ(table.FindRef("v1")->snapshot_id, 11);
  EXPECT_EQ(table.SchemaOf(*table.FindRef("v1")).fields[0].name, "a");
  EXPECT_EQ(table.FindFieldEver(1)->name, "a");
  EXPECT_EQ(table.CurrentSchema().FindByName("b.value.element")->id, 5);
  EXPECT_EQ(table.NumberProperty("n", 3), 17);
  EXPECT_EQ(table.NumberProperty("x", 3), 3);
}

struct Damage {
  const char* pointer;
  const char* value;  ///< nullptr removes the member
};

TEST(MetadataTest, RefusesWhatDoesNotHoldTogether) {
  const Damage damages[] = {
      {"/format-version", nullptr},
      {"/format-version", "0"},
      {"/format-version", "\"2\""},
      {"/table-uuid", nullptr},
      {"/location", "7"},
      {"/last-sequence-number", nullptr},
      {"/last-updated-ms", nullptr},
      {"/last-column-id", "4294967296"},
      {"/last-column-id", "2147483647"},
      {"/last-sequence-number", "-1"},
      {"/last-updated-ms", "-9223372036854775808"},
      {"/current-schema-id", "5"},
      {"/schemas/1/schema-id", "0"},
      {"/schemas/0/fields/0/type", "\"decimal(99,1)\""},
      {"/schemas/1/fields/0/type/value-id", "3"},
      {"/schemas/0/identifier-field-ids", "[9]"},
      {"/default-spec-id", "1"},
      {"/partition-specs", nullptr},
      {"/default-sort-order-id", "1"},
      {"/current-snapshot-id", "99"},
      {"/snapshots/0/snapshot-id", "12"},
      {"/snapshots/0/manifest-list", nullptr},
      {"/snapshots/0/timestamp-ms", nullptr},
      {"/refs/main/snapshot-id", "11"},
      {"/refs/v1/snapshot-id", "77"},
      {"/refs/v1/type", "\"twig\""},
      {"/properties/n", "17"},
  };
  for (const Damage& damage : damages) {
    json damaged = json::parse(kTwoSnapshots);
    const json::json_pointer pointer(damage.pointer);
    if (damage.value == nullptr) {
      damaged[pointer.parent_pointer()].erase(pointer.back());
    } else {
      damaged[pointer] = json::parse(damage.value);
    }
    EXPECT_TRUE(IsError(ParseTableMetadata(damaged.dump()), ErrorCode::kMetadataInvalid))
        << damage.pointer;
  }
  EXPECT_TRUE(IsError(ParseTableMetadata("{"), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ParseTableMetadata(R"({"a": 1, "a": 2})"), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ParseTableMetadata(std::string(100'000, '[')), ErrorCode::kLimitExceeded));
}

TEST(MetadataTest, RefusesNewerVersionsAndUnknownTypes) {
  json newer = json::parse(kTwoSnapshots);
  newer["format-version"] = 4;
  EXPECT_TRUE(IsError(ParseTableMetadata(newer.dump()), ErrorCode::kMetadataUnsupported));
  json geo = json::parse(kTwoSnapshots);
  geo["schemas"][0]["fields"][0]["type"] = "geometry(srid:4326)";
  EXPECT_TRUE(IsError(ParseTableMetadata(geo.dump()), ErrorCode::kMetadataUnsupported));
}

TEST(MetadataTest, GzipIsReadAndBounded) {
  // gzip of `{"format-version": 9}` and of the same, cut.
  const std::array<unsigned char, 41> bytes = {
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0x4a, 0xcb,
      0x2f, 0xca, 0x4d, 0x2c, 0xd1, 0x2d, 0x4b, 0x2d, 0x2a, 0xce, 0xcc, 0xcf, 0x53, 0xb2,
      0x52, 0xb0, 0xac, 0x05, 0x00, 0xe8, 0x08, 0x0c, 0x11, 0x15, 0x00, 0x00, 0x00};
  const std::string gzip(bytes.begin(), bytes.end());
  EXPECT_TRUE(IsError(ParseTableMetadata(gzip), ErrorCode::kMetadataUnsupported));
  EXPECT_TRUE(IsError(ParseTableMetadata(gzip.substr(0, 30)), ErrorCode::kMetadataInvalid));
}

TEST(MetadataTest, SnapshotIdsOverTheSignedRangeWrap) {
  json wide = json::parse(kTwoSnapshots);
  for (const char* pointer :
       {"/current-snapshot-id", "/snapshots/1/snapshot-id", "/refs/main/snapshot-id"}) {
    wide[json::json_pointer(pointer)] = 9876543210123456789U;
  }
  const Result<TableMetadata> table = ParseTableMetadata(wide.dump());
  ASSERT_TRUE(IsOk(table));
  EXPECT_EQ(table->CurrentSnapshot()->manifest_list, "l2");
}

Snapshot SnapshotOf(std::int64_t snapshot_id) {
  Snapshot snapshot;
  snapshot.snapshot_id = snapshot_id;
  snapshot.manifest_list = "list";
  snapshot.summary = {{"operation", "append"}};
  return snapshot;
}

TEST(SnapshotListTest, CopiesShareWhatTheyList) {
  SnapshotList before;
  before.Add(SnapshotOf(1));
  before.Add(SnapshotOf(2));
  SnapshotList after = before;
  after.Add(SnapshotOf(3));
  after.RemoveIf([](const Snapshot& snapshot) { return snapshot.snapshot_id == 1; });
  EXPECT_EQ(before.size(), 2U);
  EXPECT_EQ(after.size(), 2U);
  EXPECT_EQ(after.Find(1), nullptr);
  EXPECT_NE(before.Find(1), nullptr);
  EXPECT_EQ(before.Find(2), after.Find(2)) << "one snapshot in two lists";
  EXPECT_NE(before, after);
  const std::string& printed = before.items()[1]->json();
  EXPECT_EQ(&after.items()[0]->json(), &printed) << "printed once for both";
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
