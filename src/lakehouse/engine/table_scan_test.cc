// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::Field;
using iceberg::TypeId;
using testing::IsOk;

iceberg::Schema SchemaOf(std::vector<Field> fields) {
  iceberg::Schema schema;
  schema.fields = std::move(fields);
  return schema;
}

class TableScanTest : public EngineTest {
 protected:
  ScanTable TableOf(std::vector<Field> fields, const std::string& sql) {
    ScanTable table;
    table.schema = SchemaOf(std::move(fields));
    table.files = FilesOf(table.schema, sql);
    return table;
  }

  /// Writes a position-delete file for the rows given and returns its path.
  std::string PositionDeletes(const std::string& values) {
    const iceberg::Schema schema = SchemaOf({MakeField(2147483546, "file_path", TypeId::kString),
                                             MakeField(2147483545, "pos", TypeId::kLong)});
    return FilesOf(schema, "SELECT * FROM (VALUES " + values + ")").at(0).path;
  }
};

TEST_F(TableScanTest, ColumnsAreFoundByIdAfterRenameAddDropAndWiden) {
  ScanTable table =
      TableOf({MakeField(1, "a", TypeId::kInt), MakeField(2, "b", TypeId::kString),
               MakeField(3, "f", TypeId::kFloat), MakeField(4, "d", iceberg::Decimal(5, 2))},
              "SELECT 7, 'old', 1.5, 3.25");
  table.schema = SchemaOf({MakeField(9, "b", TypeId::kDate), MakeField(2, "a", TypeId::kString),
                           MakeField(1, "wide", TypeId::kLong), MakeField(3, "f", TypeId::kDouble),
                           MakeField(4, "d", iceberg::Decimal(12, 2))});
  for (ScanFile& file : FilesOf(table.schema,
                                "SELECT DATE '2024-02-29', 'new', 3000000000, 2.5, "
                                "1234567890.12")) {
    table.files.push_back(std::move(file));
  }
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT * FROM t ORDER BY wide"),
            "NULL|old|7|1.5|3.25\n2024-02-29|new|3000000000|2.5|1234567890.12");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE wide > 6 AND wide < 8"), "old");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE b IS NULL"), "old");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE b = DATE '2024-02-29'"), "new");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE d > 1000000000"), "new");
}

TEST_F(TableScanTest, NestedFieldsAreFoundByIdToo) {
  const auto person = [](std::vector<Field> fields) {
    return MakeField(1, "person", MakeNested(TypeId::kStruct, std::move(fields)));
  };
  const auto tags = [](std::int32_t element, TypeId type) {
    return MakeField(10, "tags", MakeNested(TypeId::kList, {MakeField(element, "element", type)}));
  };
  ScanTable table =
      TableOf({person({MakeField(2, "first", TypeId::kString), MakeField(3, "age", TypeId::kInt),
                       MakeField(4, "gone", TypeId::kInt)}),
               tags(11, TypeId::kInt)},
              "SELECT {'first': 'Ann', 'age': 4, 'gone': 1}, [1, 2]");
  table.schema =
      SchemaOf({person({MakeField(5, "city", TypeId::kString), MakeField(3, "years", TypeId::kLong),
                        MakeField(2, "given", TypeId::kString)}),
                tags(11, TypeId::kLong)});
  for (ScanFile& file :
       FilesOf(table.schema, "SELECT {'city': 'Bern', 'years': 5, 'given': 'Bo'}, [3]")) {
    table.files.push_back(std::move(file));
  }
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT * FROM t ORDER BY person.years"),
            "{\"city\": null, \"years\": 4, \"given\": \"Ann\"}|[1, 2]\n"
            "{\"city\": \"Bern\", \"years\": 5, \"given\": \"Bo\"}|[3]");
  EXPECT_EQ(Ask("SELECT person.given FROM t WHERE person.years > 4"), "Bo");
  EXPECT_EQ(Ask("SELECT person.given FROM t WHERE person.city IS NULL"), "Ann");
  EXPECT_EQ(Ask("SELECT sum(x) FROM (SELECT unnest(tags) AS x FROM t)"), "6");
}

TEST_F(TableScanTest, MissingColumnsTakeConstantsAndDefaults) {
  ScanTable table = TableOf({MakeField(1, "a", TypeId::kInt)}, "SELECT 1");
  Field greeting = MakeField(2, "greeting", TypeId::kString);
  greeting.initial_default = "\"hello\"";
  Field since = MakeField(3, "since", TypeId::kDate);
  since.initial_default = "\"2020-01-31\"";
  table.schema = SchemaOf({MakeField(1, "a", TypeId::kInt), greeting, since,
                           MakeField(4, "part", TypeId::kInt), MakeField(5, "none", TypeId::kInt)});
  table.files[0].partition_constants[4] = std::string("\x2a\0\0\0", 4);
  table.files[0].partition_constants[5] = std::nullopt;
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT * FROM t"), "1|hello|2020-01-31|42|NULL");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE part = 42 AND greeting = 'hello'"), "1");
  EXPECT_EQ(Ask("SELECT a FROM t WHERE part = 41"), "");
}

TEST_F(TableScanTest, PositionDeletesHideRows) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kLong)}, "SELECT i FROM range(10000) t(i)");
  const std::string location = table.files.at(0).location;
  table.files[0].position_deletes = {
      PositionDeletes("('" + location + "', 0), ('" + location + "', 9999), ('other', 5)"),
      PositionDeletes("('" + location + "', 5000)")};
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT count(*), sum(i) FROM t"), "9997|49980001");
  EXPECT_EQ(Ask("SELECT i FROM t WHERE i IN (0, 1, 4999, 5000, 5001, 9999) ORDER BY i"),
            "1\n4999\n5001");
  EXPECT_EQ(Ask("SELECT _pos FROM t WHERE i = 5001"), "5001");
  EXPECT_EQ(Ask("SELECT i FROM t ORDER BY i DESC LIMIT 1"), "9998");
}

TEST_F(TableScanTest, DeleteFilesReadTogetherHideRowsOfTheirOwnFilesOnly) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kLong)}, "SELECT i FROM range(10) t(i)");
  const ScanFile data = table.files.at(0);
  table.files.clear();
  std::string values;
  for (int n = 0; n < 300; ++n) {
    values +=
        (n == 0 ? "('file" : ", ('file") + std::to_string(n) + "', " + std::to_string(n % 10) + ")";
  }
  const std::string deletes = PositionDeletes(values);  // names all files, applies to one of them
  for (int n = 0; n < 300; ++n) {
    const std::string copy = deletes + "." + std::to_string(n);
    std::filesystem::copy_file(deletes, copy);
    table.files.push_back(data);
    table.files.back().location = "file" + std::to_string(n);
    if (n != 7) table.files.back().position_deletes = {copy};
  }
  table.files.push_back(table.files.at(3));  // the same file twice
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT count(*), sum(i) FROM t"), "2710|12199");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE _file = 'file3'"), "18");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE _file = 'file7'"), "10");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE _file = 'file299' AND i = 9"), "0");
}

TEST_F(TableScanTest, EqualityDeletesHideRows) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kLong), MakeField(2, "s", TypeId::kString)},
                            "SELECT i, CASE WHEN i % 2 = 0 THEN 'e' END FROM range(100) t(i)");
  const iceberg::Schema by_id = SchemaOf({MakeField(1, "i", TypeId::kLong)});
  const iceberg::Schema by_both =
      SchemaOf({MakeField(2, "s", TypeId::kString), MakeField(1, "i", TypeId::kLong)});
  table.files.at(0).equality_deletes = {
      {FilesOf(by_id, "SELECT * FROM (VALUES (3), (500))").at(0).path, {1}},
      {FilesOf(by_both, "SELECT * FROM (VALUES (NULL, 5), ('e', 7))").at(0).path, {1, 2}}};
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "98");
  EXPECT_EQ(Ask("SELECT i FROM t WHERE i IN (3, 5, 7)"), "7");
}

TEST_F(TableScanTest, EqualityDeletesMayNameDroppedColumns) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kLong), MakeField(2, "k", TypeId::kInt)},
                            "SELECT i, i * 10 FROM range(5) t(i)");
  const iceberg::Schema by_key = SchemaOf({MakeField(2, "k", TypeId::kInt)});
  table.files.at(0).equality_deletes = {{FilesOf(by_key, "SELECT 20").at(0).path, {2}}};
  table.schema = SchemaOf({MakeField(1, "i", TypeId::kLong)});
  table.dropped_fields = {MakeField(2, "k", TypeId::kInt)};
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT i FROM t ORDER BY i"), "0\n1\n3\n4");
}

TEST_F(TableScanTest, FilesOutsideTheBoundsAreNotOpened) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kInt), MakeField(2, "s", TypeId::kString)},
                            "SELECT i, 'm' || i FROM range(10) t(i)");
  ScanFile absent = table.files.at(0);
  absent.path = "/no/such/file.parquet";
  absent.lower_bounds = {{1, std::string("\x64\0\0\0", 4)}, {2, "q"}};
  absent.upper_bounds = {{1, std::string("\xc8\0\0\0", 4)}, {2, "z"}};
  table.files.push_back(absent);
  AddTable("t", std::move(table));
  for (const char* condition :
       {"i = 5", "i < 100 AND i > 4 AND i < 6", "i IN (5, 201)", "i <= 99 AND i = 5", "s = 'm5'",
        "s < 'n' AND i = 5", "i = 5 OR i = 300", "i BETWEEN 5 AND 5"}) {
    EXPECT_EQ(Ask(std::string("SELECT i FROM t WHERE ") + condition), "5") << condition;
  }
  EXPECT_EQ(Ask("SELECT i FROM t WHERE i = 150"), "FILE_NOT_FOUND");
  EXPECT_EQ(Ask("SELECT i FROM t"), "FILE_NOT_FOUND");
}

TEST_F(TableScanTest, TopRowsComeFromTheRightFiles) {
  ScanTable table = TableOf({MakeField(1, "i", TypeId::kInt), MakeField(2, "s", TypeId::kString)},
                            "SELECT i, 'a' || i FROM range(5000) t(i)");
  for (ScanFile& file : FilesOf(table.schema, "SELECT i, 'b' || i FROM range(5000, 9000) t(i)")) {
    table.files.push_back(std::move(file));
  }
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT * FROM t WHERE i > 4998 ORDER BY i LIMIT 2"), "4999|a4999\n5000|b5000");
  EXPECT_EQ(Ask("SELECT * FROM t WHERE i > 6000 ORDER BY i DESC LIMIT 1"), "8999|b8999");
}

TEST_F(TableScanTest, ATableWithoutFilesIsEmpty) {
  ScanTable table;
  table.schema = SchemaOf({MakeField(1, "i", TypeId::kInt)});
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT count(*), sum(i) FROM t"), "0|NULL");
  EXPECT_EQ(Ask("SELECT * FROM t"), "");
}

TEST_F(TableScanTest, ForeignFilesAreDescribedAndRead) {
  const auto written = WriteSql(
      Write(SchemaOf({MakeField(5, "n",
                                MakeNested(TypeId::kList, {MakeField(6, "element", TypeId::kInt)})),
                      MakeField(7, "t", TypeId::kTimestampTz)}),
            "foreign"),
      "SELECT [1, 2], TIMESTAMPTZ '2024-01-01 10:00:00+00' FROM range(3)");
  ASSERT_TRUE(IsOk(written));
  auto info = engine_->InspectParquet(written->at(0).path);
  ASSERT_TRUE(IsOk(info));
  EXPECT_EQ(info->record_count, 3u);
  ASSERT_EQ(info->row_groups.size(), 1u);
  EXPECT_EQ(info->table.schema.fields[0].id, 5);
  EXPECT_EQ(info->table.schema.fields[0].type.fields[0].id, 6);
  EXPECT_EQ(info->table.schema.fields[1].type.id, TypeId::kTimestampTz);
  AddTable("f", info->table);
  EXPECT_EQ(Ask("SELECT * FROM f LIMIT 1"), "[1, 2]|2024-01-01T10:00:00Z");
}

TEST_F(TableScanTest, FilesWithoutIdsAreReadByName) {
  HEALIX_SHARED_OR_SKIP(path,
                        "data/fhir-parquet/Patient/Patient_main_Patient_output-parquet-th-112-ts-"
                        "1665177317266-r-13846.parquet");
  auto info = engine_->InspectParquet(path);
  ASSERT_TRUE(IsOk(info));
  EXPECT_EQ(info->table.schema.fields.size(), 22u);
  EXPECT_EQ(info->table.schema.fields[0].id, 1);
  AddTable("p", info->table);
  EXPECT_EQ(Ask("SELECT count(*), min(id), count(name[1].family) FROM p"),
            "300|000be2f6-c751-4757-b1b0-2f303e47d8c3|300");
  EXPECT_EQ(Ask("SELECT count(*), sum(len(n.given)) FROM (SELECT unnest(name) AS n FROM p)"),
            "403|403");
  EXPECT_EQ(Ask("SELECT birthDate, name[1].family FROM p WHERE _pos = 0"), "1987-09-14|Roybal79");
  ScanTable renamed = info->table;
  renamed.schema.fields[0].name = "key";
  AddTable("r", std::move(renamed));
  EXPECT_EQ(Ask("SELECT count(key) FROM r"), "300");
}

TEST_F(TableScanTest, BoundsGuideTheOptimizerOnlyRightly) {
  ScanTable table =
      TableOf({MakeField(1, "i", TypeId::kInt), MakeField(2, "d", TypeId::kDate)},
              "SELECT i % 7, DATE '2024-01-01' + (i % 3)::INTEGER FROM range(700) t(i)");
  for (ScanFile& file : FilesOf(table.schema, "SELECT 7, NULL FROM range(100)")) {
    table.files.push_back(std::move(file));
  }
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT i, count(*) FROM t GROUP BY i ORDER BY i LIMIT 2 OFFSET 6"),
            "6|100\n7|100");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE i >= 0"), "800");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE i > 7"), "0");
  EXPECT_EQ(Ask("SELECT count(*), count(DISTINCT d) FROM t WHERE d >= DATE '2024-01-01'"), "700|3");
}

TEST_F(TableScanTest, ZonedNanosecondsKeepTheirName) {
  ScanTable table = TableOf({MakeField(1, "z", TypeId::kTimestampTz)},
                            "SELECT TIMESTAMPTZ '2024-01-01 10:00:00+00'");
  table.schema = SchemaOf({MakeField(1, "z", TypeId::kTimestampTzNs)});
  table.files.at(0).lower_bounds.clear();  // they count microseconds
  table.files.at(0).upper_bounds.clear();
  AddTable("t", std::move(table));
  const auto columns = engine_->Describe(std::make_shared<const Scope>(scope_), "SELECT z FROM t");
  ASSERT_TRUE(IsOk(columns));
  EXPECT_EQ(columns->at(0).sql_type, "TIMESTAMPTZ_NS");
  const auto computed =
      engine_->Describe(std::make_shared<const Scope>(scope_), "SELECT z + INTERVAL 1 DAY FROM t");
  ASSERT_TRUE(IsOk(computed));
  EXPECT_EQ(computed->at(0).sql_type, "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(Ask("SELECT z, z + INTERVAL 1 DAY, year(z) FROM t WHERE z > TIMESTAMPTZ '2023-01-01'"),
            "2024-01-01T10:00:00Z|2024-01-02T10:00:00Z|2024");
}

TEST_F(TableScanTest, DamagedFilesAreParquetErrors) {
  const std::string path = folder_ / "bad.parquet";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(files(), path, "PAR1 this is not Parquet at all PAR1")));
  ScanTable table;
  table.schema = SchemaOf({MakeField(1, "i", TypeId::kInt)});
  table.files.emplace_back();
  table.files.back().path = path;
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT i FROM t"), "PARQUET_INVALID");
  EXPECT_TRUE(testing::IsError(engine_->InspectParquet(path), ErrorCode::kParquetInvalid));
  EXPECT_EQ(Ask("SELECT 1"), "1");
}

}  // namespace
}  // namespace healix::lakehouse::engine
