// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/evolution.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/iceberg/test_tables_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

constexpr Timestamp kNow{std::chrono::milliseconds(1000)};

Type Of(std::string_view name) { return *ParsePrimitive(name); }

TableMetadata Changed(const TableMetadata& table, const std::vector<SchemaChange>& changes) {
  const Result<TableMetadata> next = ChangeSchema(table, changes, kNow);
  EXPECT_TRUE(IsOk(next));
  return next ? *next : table;
}

bool IsRefused(const TableMetadata& table, const SchemaChange& change) {
  const auto next = ChangeSchema(table, {change}, kNow);
  return !!IsError(next, ErrorCode::kSchemaChangeInvalid);
}

AddColumn Add(std::string parent, std::string name, Type type) {
  AddColumn change;
  change.parent = std::move(parent);
  change.name = std::move(name);
  change.type = std::move(type);
  return change;
}

Type PointType() {
  Type point = Primitive(TypeId::kStruct);
  point.fields = {FieldOf(0, "x", Of("float")), FieldOf(0, "y", Of("float"))};
  return point;
}

Type ListOfPoints() {
  Type list = Primitive(TypeId::kList);
  list.fields = {FieldOf(0, "element", PointType())};
  return list;
}

TEST(EvolutionTest, NeverUsesAnIdAgain) {
  const TableMetadata start = PartitionedTable(2);
  const TableMetadata with = Changed(start, {Add("", "note", Of("string"))});
  EXPECT_EQ(with.CurrentSchema().FindByName("note")->id, 4);
  const TableMetadata without = Changed(with, {DropColumn{"note"}});
  EXPECT_EQ(without.current_schema_id, start.current_schema_id);
  EXPECT_EQ(without.last_column_id, 4);
  const TableMetadata again = Changed(without, {Add("", "note", Of("string"))});
  EXPECT_EQ(again.CurrentSchema().FindByName("note")->id, 5);
  EXPECT_EQ(again.schemas.size(), 3U);
  EXPECT_EQ(again.FindFieldEver(4)->name, "note");
  EXPECT_EQ(again.last_updated, kNow);
}

TEST(EvolutionTest, ReachesNestedColumns) {
  TableMetadata table = PartitionedTable(2);
  table = Changed(table, {Add("", "place", PointType()), Add("", "path", ListOfPoints())});
  const Schema& schema = table.CurrentSchema();
  EXPECT_EQ(schema.FindByName("place")->id, 4);
  EXPECT_EQ(schema.FindByName("place.y")->id, 6);
  EXPECT_EQ(schema.FindByName("path.element")->id, 8);
  EXPECT_EQ(schema.FindByName("path.element.x")->id, 9);
  table = Changed(table, {Add("path", "z", Of("float")), RenameColumn{"place.x", "east"},
                          WidenColumn{"place.y", Of("double")}, DropColumn{"path.element.y"},
                          SetColumnDoc{"place.east", "metres"}});
  EXPECT_EQ(table.CurrentSchema().FindByName("path.element.z")->id, 11);
  EXPECT_EQ(table.CurrentSchema().FindByName("place.east")->doc, "metres");
  EXPECT_EQ(table.CurrentSchema().FindByName("place.y")->type, Of("double"));
  EXPECT_EQ(table.CurrentSchema().FindByName("path.element.y"), nullptr);
}

TEST(EvolutionTest, WidensOnlyAsTheSpecificationAllows) {
  TableMetadata table = PartitionedTable(2);
  table = Changed(table, {Add("", "i", Of("int")), Add("", "f", Of("float")),
                          Add("", "d", Of("decimal(5,2)")), Add("", "day", Of("date"))});
  for (const auto& [name, type] :
       {std::pair("i", "long"), std::pair("f", "double"), std::pair("d", "decimal(9,2)")}) {
    EXPECT_TRUE(IsOk(ChangeSchema(table, {WidenColumn{name, Of(type)}}, kNow))) << name;
  }
  for (const auto& [name, type] :
       {std::pair("i", "double"), std::pair("f", "float"), std::pair("d", "decimal(4,2)"),
        std::pair("d", "decimal(9,3)"), std::pair("day", "timestamp"), std::pair("id", "int")}) {
    const bool is_same = Of(type) == table.CurrentSchema().FindByName(name)->type;
    EXPECT_EQ(IsRefused(table, WidenColumn{name, Of(type)}), !is_same) << name << type;
  }
  table.format_version = 3;
  EXPECT_TRUE(IsOk(ChangeSchema(table, {WidenColumn{"day", Of("timestamp")}}, kNow)));
  EXPECT_TRUE(IsRefused(table, WidenColumn{"day", Of("timestamptz")}));
}

TEST(EvolutionTest, RefusesWhatWouldBreakTheTable) {
  TableMetadata table = PartitionedTable(2);
  EXPECT_TRUE(IsRefused(table, DropColumn{"at"}));
  EXPECT_TRUE(IsRefused(table, Add("", "name", Of("int"))));
  EXPECT_TRUE(IsRefused(table, Add("", "", Of("int"))));
  EXPECT_TRUE(IsRefused(table, Add("name", "inner", Of("int"))));
  EXPECT_TRUE(IsRefused(table, Add("", "v", Of("variant"))));
  EXPECT_TRUE(IsRefused(table, RenameColumn{"id", "name"}));
  AddColumn with_default = Add("", "n", Of("int"));
  with_default.initial_default = "7";
  EXPECT_TRUE(IsRefused(table, with_default));
  EXPECT_TRUE(
      IsError(ChangeSchema(table, {DropColumn{"nowhere"}}, kNow), ErrorCode::kColumnNotFound));
  table.schemas[0].identifier_field_ids = {1};
  EXPECT_TRUE(IsRefused(table, DropColumn{"id"}));
  EXPECT_TRUE(IsRefused(table, MakeOptional{"id"}));
  table.format_version = 3;
  EXPECT_TRUE(IsOk(ChangeSchema(table, {with_default}, kNow)));
  with_default.initial_default = "\"seven\"";
  EXPECT_TRUE(IsRefused(table, with_default));
}

Transform Named(std::string_view name) { return *ParseTransform(name); }

TEST(EvolutionTest, PartitionFieldsKeepTheirIds) {
  const TableMetadata start = PartitionedTable(2);
  const auto next = ChangePartitioning(
      start, {{"id", Named("bucket[8]"), ""}, {"at", Named("day"), "at_day"}}, kNow);
  ASSERT_TRUE(IsOk(next));
  const PartitionSpec& spec = next->DefaultSpec();
  EXPECT_EQ(spec.spec_id, 2);
  EXPECT_EQ(spec.fields[0].field_id, 1002);
  EXPECT_EQ(spec.fields[0].name, "id_bucket_8");
  EXPECT_EQ(spec.fields[1].field_id, 1000);
  EXPECT_EQ(next->last_partition_id, 1002);
  const auto back = ChangePartitioning(
      *next, {{"at", Named("day"), "at_day"}, {"name", Named("identity"), ""}}, kNow);
  ASSERT_TRUE(IsOk(back));
  EXPECT_EQ(back->default_spec_id, 1);
  EXPECT_EQ(back->partition_specs.size(), 3U);
  EXPECT_EQ(ChangePartitioning(*next, {}, kNow)->default_spec_id, 0);
}

TEST(EvolutionTest, RefusesPartitionsThatCanNotBe) {
  TableMetadata table = PartitionedTable(2);
  table = Changed(table, {Add("", "path", ListOfPoints())});
  const auto refused = [&table](std::vector<WantedPartition> fields) {
    return !!IsError(ChangePartitioning(table, fields, kNow), ErrorCode::kSchemaChangeInvalid);
  };
  EXPECT_TRUE(refused({{"path.element.x", Named("identity"), ""}}));
  EXPECT_TRUE(refused({{"path", Named("identity"), ""}}));
  EXPECT_TRUE(refused({{"name", Named("day"), ""}}));
  EXPECT_TRUE(refused({{"name", Named("zorder"), ""}}));
  EXPECT_TRUE(refused({{"at", Named("day"), "name"}}));
  EXPECT_TRUE(refused({{"at", Named("day"), "a"}, {"at", Named("day"), "b"}}));
  EXPECT_TRUE(refused({{"at", Named("day"), "a"}, {"at", Named("hour"), "a"}}));
  EXPECT_TRUE(IsError(ChangePartitioning(table, {{"gone", Named("day"), ""}}, kNow),
                      ErrorCode::kColumnNotFound));
}

TEST(EvolutionTest, PathsWithoutNullsStayRequiredUnlessAsked) {
  const TableMetadata table = PartitionedTable(2);
  EXPECT_TRUE(table.CurrentSchema().FindByName("id")->required);
  EXPECT_FALSE(Changed(table, {MakeOptional{"id"}}).CurrentSchema().FindByName("id")->required);
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
