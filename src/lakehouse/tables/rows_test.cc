// SPDX-License-Identifier: Apache-2.0
// Writes, deletes and compacts real rows through the engine.
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/tables/compaction_plan_internal.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/parquet_files_internal.h"
#include "lakehouse/tables/partition_sql_internal.h"
#include "lakehouse/tables/row_deletes.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsError;
using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;
using iceberg::TransformKind;

const TableName kTable{"main", "t"};

std::unique_ptr<engine::Engine> SmallEngine() {
  engine::EngineOptions options;
  options.threads = 2;
  return std::move(engine::Engine::Create(base::PosixFileSystem(), options)).value();
}

/// A table `t` with columns id BIGINT, site VARCHAR, at TIMESTAMP.
class RowsTest : public ::testing::Test {
 protected:
  void MakeTableBy(std::vector<iceberg::WantedPartition> partitioning) {
    NewTableLayout layout = OneColumn();
    layout.schema.fields.push_back(
        {2, "site", false, iceberg::Primitive(iceberg::TypeId::kString), {}, {}, {}});
    layout.schema.fields.push_back(
        {3, "at", false, iceberg::Primitive(iceberg::TypeId::kTimestamp), {}, {}, {}});
    layout.partitioning = std::move(partitioning);
    ASSERT_TRUE(IsOk(MakeTable(*warehouse_, kTable, layout)));
  }
  Result<std::vector<iceberg::DataFile>> Write(const std::string& select) {
    HEALIX_TRY(const TableSnapshot table, warehouse_->Load(kTable));
    return DataFileWriter(*warehouse_)
        .Write(TargetOf(table), engine::SqlSource{std::make_shared<const engine::Scope>(), select});
  }
  void Append(const std::string& select) {
    auto files = Write(select);
    ASSERT_TRUE(IsOk(files));
    ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {AppendFiles{std::move(*files)}})));
  }
  TableSnapshot Now() { return warehouse_->Load(kTable).value(); }
  std::shared_ptr<const engine::Scope> Scope() {
    return ScopeOf("t", warehouse_->ToScanTable(Now()).value());
  }
  /// Returns the cells of the first row, joined by `|`.
  std::string Answer(const std::string& sql) {
    std::string text;
    const Status read =
        EachTextRow(warehouse_->parts(), Scope(), sql, [&](const engine::TextRow& row) -> Status {
          for (const engine::TextCell& cell : row) text += (text.empty() ? "" : "|") + cell.text;
          return {};
        });
    return read ? text : read.error().ToString();
  }
  Result<PlannedDelete> PlanDelete(const std::string& where) {
    return RowDeleter(*warehouse_)
        .Plan(Now(), {Scope(), "SELECT _file, _pos FROM t WHERE " + where});
  }
  void Delete(const std::string& where) {
    const auto planned = PlanDelete(where);
    ASSERT_TRUE(IsOk(planned));
    ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {planned->operation})));
  }
  std::size_t ObjectsBelow(const std::string& part) {
    return warehouse_.objects().List(Now().metadata().location + part)->size();
  }

  TempFolder folder_;
  TestWarehouse warehouse_{
      base::PosixFileSystem(), folder_ / "home", {.file_bytes_target = 64 << 10}, SmallEngine()};
};

constexpr const char* kHundred =
    "SELECT i AS id, 's' || (i % 2) AS site, TIMESTAMP '2024-01-01' + INTERVAL 1 DAY * i AS at "
    "FROM range(100) r(i)";

TEST_F(RowsTest, WritesAndReads) {
  MakeTableBy({});
  Append(kHundred);
  EXPECT_EQ(Answer("SELECT count(*), sum(id), min(site) FROM t"), "100|4950|s0");
  const auto plan = warehouse_->PlanFiles(Now()).value();
  ASSERT_EQ(plan->files.size(), 1U);
  const iceberg::DataFile& file = plan->files[0].entry.file;
  EXPECT_EQ(file.record_count, 100);
  EXPECT_EQ(
      iceberg::DecodeValue(iceberg::Primitive(iceberg::TypeId::kLong), file.upper_bounds.at(1))
          .value(),
      iceberg::Value(std::int64_t{99}));
}

TEST_F(RowsTest, WritesOneFilePerPartition) {
  MakeTableBy({{"site", {}, ""}, {"at", {TransformKind::kMonth, 0, ""}, ""}});
  const auto files = Write(kHundred);
  ASSERT_TRUE(IsOk(files));
  EXPECT_EQ(files->size(), 8U) << "two sites, four months";
  EXPECT_EQ(ObjectsBelow("/data"), 8U) << "staged files are gone";
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {AppendFiles{*files}})));
  EXPECT_EQ(Answer("SELECT count(*), sum(id) FROM t"), "100|4950");
}

// What SQL computes for a row must be what iceberg computes for its value.
TEST_F(RowsTest, PartitionSqlAgreesWithTheTransformsOfIceberg) {
  const iceberg::Type type = iceberg::Primitive(iceberg::TypeId::kTimestamp);
  iceberg::Schema schema;
  schema.fields.push_back({1, "v", false, type, {}, {}, {}});
  MakeTableBy({});
  for (const TransformKind kind :
       {TransformKind::kIdentity, TransformKind::kYear, TransformKind::kMonth, TransformKind::kDay,
        TransformKind::kHour}) {
    const auto sql = PartitionSqlOf({1, 1000, "p", {kind, 0, ""}}, schema);
    ASSERT_TRUE(IsOk(sql));
    for (const std::int64_t micros : {0LL, -1LL, 1'709'251'199'999'999LL, -86'400'000'001LL}) {
      const std::string select = fmt::format(
          "SELECT {} FROM (SELECT make_timestamp({}::BIGINT) AS v)", sql->expression, micros);
      const auto expected = iceberg::Apply({kind, 0, ""}, type, iceberg::Value(micros));
      const engine::TextCell cell{engine::TextCell::Kind::kLiteral, Answer(select)};
      EXPECT_EQ(PartitionValueOf(*sql, cell).value(), *expected) << select;
    }
  }
}

// A value of each type, as SQL says it and as iceberg holds it.
struct TypedValue {
  iceberg::Type type;
  std::string sql;
  iceberg::Value value;
};

std::vector<TypedValue> ValuesOfEveryType() {
  using iceberg::Primitive;
  using iceberg::TypeId;
  using iceberg::Value;
  const std::string uuid = "\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7";
  return {{Primitive(TypeId::kInt), "34::INTEGER", Value(std::int32_t{34})},
          {Primitive(TypeId::kLong), "(-34)::BIGINT", Value(std::int64_t{-34})},
          {Primitive(TypeId::kDate), "DATE '2017-11-16'", Value(std::int32_t{17486})},
          {Primitive(TypeId::kDate), "DATE '1969-12-31'", Value(std::int32_t{-1})},
          {Primitive(TypeId::kTime), "TIME '22:31:08'", Value(std::int64_t{81'068'000'000})},
          {Primitive(TypeId::kTimestamp), "TIMESTAMP '2017-11-16 22:31:08.000001'",
           Value(std::int64_t{1'510'871'468'000'001})},
          {Primitive(TypeId::kString), "'iceberg'", Value(std::string("iceberg"))},
          {Primitive(TypeId::kString), "'größe \xF0\x9F\x98\x80'",
           Value(std::string("größe \xF0\x9F\x98\x80"))},
          {Primitive(TypeId::kUuid), "'f79c3e09-677c-4bbd-a479-3f349cb785e7'::UUID", Value(uuid)},
          {Primitive(TypeId::kBinary), "'\\x00\\x01\\x02\\x03'::BLOB",
           Value(std::string("\0\1\2\3", 4))},
          {iceberg::Decimal(9, 2), "14.20::DECIMAL(9,2)", Value(iceberg::Int128{1420})},
          {iceberg::Decimal(38, 2), "(-0.05)::DECIMAL(38,2)", Value(iceberg::Int128{-5})},
          {Primitive(TypeId::kDouble), "(-2.5)::DOUBLE", Value(-2.5)},
          {Primitive(TypeId::kBoolean), "true", Value(true)}};
}

TEST_F(RowsTest, BucketSqlAgreesWithTheTransformOfIceberg) {
  MakeTableBy({});
  int compared = 0;
  for (const TypedValue& given : ValuesOfEveryType()) {
    iceberg::Schema schema;
    schema.fields.push_back({1, "v", false, given.type, {}, {}, {}});
    for (const iceberg::Transform& transform : {iceberg::Transform{TransformKind::kIdentity, 0, ""},
                                                {TransformKind::kBucket, 1000, ""},
                                                {TransformKind::kTruncate, 3, ""}}) {
      const auto expected = iceberg::Apply(transform, given.type, given.value);
      const auto sql = PartitionSqlOf({1, 1000, "p", transform}, schema);
      ASSERT_EQ(sql.has_value(), expected.has_value()) << given.sql;
      if (!expected) continue;
      const std::string select =
          fmt::format("SELECT {} FROM (SELECT {} AS v)", sql->expression, given.sql);
      const engine::TextCell cell{engine::TextCell::Kind::kText, Answer(select)};
      EXPECT_EQ(PartitionValueOf(*sql, cell).value(), *expected) << select;
      EXPECT_EQ(
          Answer(fmt::format("SELECT {} FROM (SELECT {} AS v)", EqualsSql(*sql, cell), given.sql)),
          "true");
      ++compared;
    }
  }
  EXPECT_GT(compared, 30);
}

TEST_F(RowsTest, WritesIntoBuckets) {
  MakeTableBy({{"id", {TransformKind::kBucket, 4, ""}, ""}});
  const auto files = Write(kHundred);
  ASSERT_TRUE(IsOk(files));
  EXPECT_EQ(files->size(), 4U);
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {AppendFiles{*files}})));
  EXPECT_EQ(Answer("SELECT count(*), sum(id) FROM t"), "100|4950");
}

TEST_F(RowsTest, RefusesPartitionsOfATransformItDoesNotKnow) {
  iceberg::Schema schema;
  schema.fields.push_back({1, "v", false, iceberg::Primitive(iceberg::TypeId::kLong), {}, {}, {}});
  EXPECT_TRUE(
      IsError(PartitionSqlOf({1, 1000, "p", {TransformKind::kUnknown, 0, "zorder"}}, schema),
              ErrorCode::kUnsupported));
}

TEST_F(RowsTest, DeletesSomeRowsOfAFile) {
  MakeTableBy({});
  Append(kHundred);
  const auto planned = PlanDelete("id % 10 = 3");
  ASSERT_TRUE(IsOk(planned));
  EXPECT_EQ(planned->rows_deleted, 10U);
  ASSERT_EQ(planned->operation.delete_files.size(), 1U);
  EXPECT_EQ(planned->operation.delete_files[0].record_count, 10);
  EXPECT_TRUE(planned->operation.delete_files[0].referenced_data_file.has_value());
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {planned->operation})));
  EXPECT_EQ(Answer("SELECT count(*), sum(id) FROM t"), "90|4470");
}

TEST_F(RowsTest, RemovesAFileThatLosesItsLastRow) {
  MakeTableBy({});
  Append(kHundred);
  Append("SELECT 1000, 'x', NULL");
  Delete("id < 99");
  const auto last = PlanDelete("id = 99 OR id = 1000");
  ASSERT_TRUE(IsOk(last));
  EXPECT_TRUE(last->operation.delete_files.empty());
  EXPECT_EQ(last->operation.removed_data_files.size(), 2U);
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {last->operation})));
  EXPECT_EQ(Answer("SELECT count(*) FROM t"), "0");
}

TEST_F(RowsTest, DeletesAcrossPartitions) {
  MakeTableBy({{"site", {}, ""}});
  Append(kHundred);
  const auto planned = PlanDelete("id < 10");
  ASSERT_TRUE(IsOk(planned));
  EXPECT_EQ(planned->operation.delete_files.size(), 2U);
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {planned->operation})));
  EXPECT_EQ(Answer("SELECT count(*), min(id) FROM t"), "90|10");
}

TEST_F(RowsTest, PlansTheRemovalOfAllRows) {
  MakeTableBy({});
  Append(kHundred);
  Delete("id < 50");
  const auto planned = RowDeleter(*warehouse_).PlanAll(Now());
  ASSERT_TRUE(IsOk(planned));
  EXPECT_EQ(planned->rows_deleted, 50U);
}

TEST_F(RowsTest, CompactionKeepsTheRows) {
  MakeTableBy({{"site", {}, ""}});
  for (int i = 0; i < 6; ++i) Append(kHundred);
  Delete("id < 20");
  const auto maintenance = MakeMaintenance(*warehouse_);
  const auto report = maintenance->Compact(kTable, {});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->files_before, 12U);
  EXPECT_EQ(report->files_after, 2U);
  EXPECT_EQ(report->delete_files_removed, 2U);
  EXPECT_EQ(Answer("SELECT count(*), sum(id), min(id) FROM t"), "480|28560|20");
  const auto again = maintenance->Compact(kTable, {});
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->bytes_rewritten, 0U) << "good files are left alone";
}

/// Compares the totals of the newest summary with what its manifests list.
void ExpectTrueTotals(const TableSnapshot& table, const iceberg::ScanPlan& plan) {
  std::int64_t records = 0;
  std::int64_t position_deletes = 0;
  std::set<std::size_t> applied;
  for (const iceberg::PlannedFile& file : plan.files) {
    records += file.entry.file.record_count;
    applied.insert(file.deletes.begin(), file.deletes.end());
  }
  for (const auto& entry : plan.deletes) position_deletes += entry.file.record_count;
  const auto expect_total = [&](const std::string& name, std::int64_t expected) {
    EXPECT_EQ(table.snapshot()->summary.at("total-" + name), std::to_string(expected)) << name;
  };
  expect_total("records", records);
  expect_total("data-files", static_cast<std::int64_t>(plan.files.size()));
  expect_total("delete-files", static_cast<std::int64_t>(plan.deletes.size()));
  expect_total("position-deletes", position_deletes);
  EXPECT_EQ(applied.size(), plan.deletes.size()) << "no delete file is left behind";
}

// Appends, deletions and compactions in any order: the rows are right, and so are the totals.
TEST_F(RowsTest, TotalsStayTrueInAnyOrderOfChanges) {
  MakeTableBy({{"site", {}, ""}});
  const auto maintenance = MakeMaintenance(*warehouse_);
  std::mt19937 random(14);
  std::set<int> ids;
  int next_id = 0;
  for (int step = 0; step < 40; ++step) {
    SCOPED_TRACE(step);
    const int choice = static_cast<int>(random() % 6);
    if (ids.empty() || choice < 2) {
      const int end = next_id + 1 + static_cast<int>(random() % 20);
      Append(fmt::format("SELECT i AS id, 's' || (i % 2), NULL FROM range({}, {}) r(i)", next_id,
                         end));
      for (; next_id < end; ++next_id) ids.insert(next_id);
    } else if (choice < 5) {
      const int from = static_cast<int>(random() % static_cast<unsigned>(next_id));
      const int end = from + static_cast<int>(random() % 30);
      const int every = choice == 4 ? 1 : 3;
      Delete(fmt::format("id >= {} AND id < {} AND id % {} = 0", from, end, every));
      std::erase_if(ids, [&](int id) { return id >= from && id < end && id % every == 0; });
    } else {
      ASSERT_TRUE(IsOk(maintenance->Compact(kTable, {})));
    }
    ASSERT_EQ(Answer("SELECT count(*), coalesce(sum(id), 0) FROM t"),
              fmt::format("{}|{}", ids.size(), std::accumulate(ids.begin(), ids.end(), 0)));
    ExpectTrueTotals(Now(), *warehouse_->PlanFiles(Now()).value());
  }
}

TEST_F(RowsTest, CompactionStopsWhenAsked) {
  MakeTableBy({{"site", {}, ""}});
  for (int i = 0; i < 2; ++i) Append(kHundred);
  int asked = 0;
  TaskControl control;
  control.should_stop = [&] { return ++asked > 1; };
  EXPECT_TRUE(
      IsError(MakeMaintenance(*warehouse_)->Compact(kTable, control), ErrorCode::kCancelled));
  EXPECT_EQ(Answer("SELECT count(*), sum(id) FROM t"), "200|9900");
}

TEST_F(RowsTest, ExpiryRemovesTheFilesOfOldSnapshots) {
  MakeTableBy({});
  for (int i = 0; i < 4; ++i) Append(kHundred);
  ASSERT_TRUE(IsOk(MakeMaintenance(*warehouse_)->Compact(kTable, {})));
  EXPECT_EQ(ObjectsBelow("/data"), 5U);
  warehouse_.clock().Advance(std::chrono::hours(1));
  const ExpireOptions options{warehouse_.clock().Now(), 1};
  const auto report = MakeMaintenance(*warehouse_)->Expire(kTable, options, {});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->snapshots_expired, 4U);
  EXPECT_GT(report->bytes_removed, 0U);
  EXPECT_EQ(ObjectsBelow("/data"), 1U);
  EXPECT_EQ(Answer("SELECT count(*), sum(id) FROM t"), "400|19800");
}

TEST_F(RowsTest, OrphansGoAfterTheSafetyAge) {
  MakeTableBy({});
  Append(kHundred);
  ASSERT_TRUE(IsOk(Write(kHundred)));  // never committed
  const auto maintenance = MakeMaintenance(*warehouse_);
  EXPECT_EQ(ObjectsBelow("/data"), 2U);
  ASSERT_TRUE(IsOk(maintenance->RemoveOrphans(kTable, {})));
  // The test clock began in the past, so the files of the real clock look new until it moves on.
  EXPECT_EQ(ObjectsBelow("/data"), 2U);
  warehouse_.clock().Advance(std::chrono::hours(24 * 365 * 50));
  const auto report = maintenance->RemoveOrphans(kTable, {});
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->files_removed, 1U);
  EXPECT_EQ(Answer("SELECT count(*) FROM t"), "100");
}

TEST_F(RowsTest, PurgeRemovesWhatWasDroppedLongAgo) {
  MakeTableBy({});
  Append(kHundred);
  const std::string location = Now().metadata().location;
  ASSERT_TRUE(IsOk(CommitOn(*warehouse_, Now(), {DropTable{}})));
  const auto maintenance = MakeMaintenance(*warehouse_);
  ASSERT_TRUE(IsOk(maintenance->PurgeDropped({})));
  EXPECT_EQ(warehouse_->ListDropped()->size(), 1U);
  warehouse_.clock().Advance(std::chrono::hours(24 * 8));
  const auto report = maintenance->PurgeDropped({});
  ASSERT_TRUE(IsOk(report));
  EXPECT_GE(report->files_removed, 4U);
  EXPECT_EQ(warehouse_->ListDropped()->size(), 0U);
  EXPECT_EQ(warehouse_.objects().List(location)->size(), 0U);
}

TEST(CompactionPlanTest, LeavesGoodFilesAlone) {
  iceberg::ScanPlan plan;
  const auto add = [&](std::int64_t size_bytes, std::vector<std::size_t> deletes) {
    iceberg::PlannedFile file;
    file.entry.file.size_bytes = size_bytes;
    file.deletes = std::move(deletes);
    plan.files.push_back(std::move(file));
  };
  add(90, {});
  add(10, {});
  EXPECT_TRUE(PlanCompaction(plan, 100).empty()) << "one small file alone";
  add(20, {});
  add(95, {0});
  const auto bins = PlanCompaction(plan, 100);
  ASSERT_EQ(bins.size(), 1U);
  EXPECT_EQ(bins[0].files, (std::vector<std::size_t>{1, 2, 3}));
}

}  // namespace
}  // namespace healix::lakehouse::tables
