// SPDX-License-Identifier: Apache-2.0
// What statistics decide without reading must be what reading would have found: every question is
// asked of a table with them, of the same table without them, and where possible of plain DuckDB.
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::Field;
using iceberg::TypeId;
using testing::IsOk;

// Files that are special in what their bounds and counts say: no NULL, NULL only, NaN, both zeros,
// infinities, one value, one value and NULL, texts equal up to where bounds are cut.
constexpr const char* kFiles[] = {
    "SELECT i, i / 4.0, 'text ' || i, DATE '2024-01-01' + i::INTEGER FROM range(20) t(i)",
    "SELECT NULL, NULL, NULL, NULL FROM range(5)",
    "SELECT i, CASE WHEN i % 2 = 0 THEN 'NaN'::DOUBLE ELSE i END, 'a long text that is cut ' || i, "
    "DATE '2024-03-01' FROM range(20, 30) t(i)",
    "SELECT 5, 'NaN'::DOUBLE, 'x', DATE '2024-03-02' FROM range(3)",
    "SELECT -7, CASE WHEN i = 0 THEN -0.0::DOUBLE ELSE 0.0 END, '', NULL FROM range(2) t(i)",
    "SELECT CASE WHEN i = 0 THEN 40 END, CASE WHEN i = 0 THEN 'inf'::DOUBLE ELSE '-inf' END, 'é', "
    "DATE '2024-03-03' FROM range(2) t(i)"};

constexpr const char* kConditions[] = {
    "{c} = {v}",
    "{c} <> {v}",
    "{c} < {v}",
    "{c} <= {v}",
    "{c} > {v}",
    "{c} >= {v}",
    "{c} IS DISTINCT FROM {v}",
    "{c} IN ({v}, {w})",
    "{c} NOT IN ({v}, {w})",
    "{c} BETWEEN {v} AND {w}",
    "{c} = {v} OR {c} IS NULL",
    "NOT ({c} > {v} AND {c} < {w})",
};

struct Compared {
  const char* column;
  std::vector<const char*> values;
};

const std::vector<Compared>& ComparedColumns() {
  static const std::vector<Compared> kColumns = {
      {"i", {"-8", "-7", "5", "19", "41"}},
      {"d",
       {"-1.0", "0.0", "-0.0::DOUBLE", "4.75", "'inf'::DOUBLE", "'-inf'::DOUBLE", "'NaN'::DOUBLE"}},
      {"s", {"''", "'a long text that is cut 20'", "'a long text that'", "'text 7'", "'é'"}},
      {"t", {"DATE '2023-12-31'", "DATE '2024-01-01'", "DATE '2024-03-01'", "DATE '2025-01-01'"}}};
  return kColumns;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return duckdb::StringUtil::Replace(text, from, to);
}

std::vector<std::string> Conditions() {
  std::vector<std::string> conditions;
  for (const Compared& compared : ComparedColumns()) {
    conditions.push_back(std::string(compared.column) + " IS NULL");
    conditions.push_back(std::string(compared.column) + " IS NOT NULL");
    for (std::size_t v = 0; v < compared.values.size(); ++v) {
      const char* next = compared.values[(v + 1) % compared.values.size()];
      for (const char* condition : kConditions) {
        std::string text = Replaced(condition, "{c}", compared.column);
        text = Replaced(text, "{v}", compared.values[v]);
        conditions.push_back(Replaced(text, "{w}", next));
      }
    }
  }
  return conditions;
}

class ScanStatisticsTest : public EngineTest {
 protected:
  static iceberg::Schema WrittenSchema() {
    iceberg::Schema schema;
    schema.fields = {MakeField(1, "i", TypeId::kInt), MakeField(2, "d", TypeId::kDouble),
                     MakeField(3, "s", TypeId::kString), MakeField(4, "t", TypeId::kDate)};
    return schema;
  }

  ScanTable WrittenTable() {
    ScanTable table;
    table.schema = WrittenSchema();
    for (const char* sql : kFiles) {
      for (ScanFile& file : FilesOf(table.schema, sql)) table.files.push_back(std::move(file));
    }
    return table;
  }

  std::string WritePositionDeletes(const std::string& values) {
    iceberg::Schema schema;
    schema.fields = {MakeField(2147483546, "file_path", TypeId::kString),
                     MakeField(2147483545, "pos", TypeId::kLong)};
    return FilesOf(schema, "SELECT * FROM (VALUES " + values + ")").at(0).path;
  }

  /// Asks all questions of the table and of itself without statistics.
  void ExpectStatisticsChangeNothing(const ScanTable& table) {
    ScanTable bare = table;
    for (ScanFile& file : bare.files) {
      file.lower_bounds.clear();
      file.upper_bounds.clear();
      file.null_counts.clear();
      file.nan_counts.clear();
    }
    scope_.relations.clear();
    AddTable("t", table);
    AddTable("bare", std::move(bare));
    // A FILTER is applied to rows that were read.
    const std::vector<std::string> conditions = Conditions();
    std::string counts;
    for (const std::string& condition : conditions) {
      counts += (counts.empty() ? "" : ", ") + ("count(*) FILTER (WHERE " + condition + ")");
    }
    const auto read = duckdb::StringUtil::Split(Ask("SELECT " + counts + " FROM bare"), '|');
    ASSERT_EQ(read.size(), conditions.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE " + conditions[i]), read[i]) << conditions[i];
    }
    for (const char* wanted :
         {"count(*)", "count(i), count(d), count(s), count(t)", "min(i), max(i)", "min(d), max(d)",
          "min(s), max(s)", "min(t), max(t)"}) {
      EXPECT_EQ(Ask(std::string("SELECT ") + wanted + " FROM t"),
                Ask(std::string("SELECT ") + wanted + " FROM bare"))
          << wanted;
    }
  }
};

TEST_F(ScanStatisticsTest, AnswersEqualThoseOfPlainDuckDb) {
  const ScanTable table = WrittenTable();
  std::string list;
  for (const ScanFile& file : table.files) list += (list.empty() ? "'" : ", '") + file.path + "'";
  AddTable("t", table);
  duckdb::DuckDB database(nullptr);
  duckdb::Connection plain(database);
  ASSERT_FALSE(
      plain
          .Query("CREATE VIEW t AS SELECT * FROM parquet_scan([" + list + "], can_have_nan = true)")
          ->HasError());
  for (const std::string& condition : Conditions()) {
    const std::string sql = "SELECT count(*) FROM t WHERE " + condition;
    EXPECT_EQ(Ask(sql), plain.Query(sql)->GetValue(0, 0).ToString()) << condition;
  }
}

TEST_F(ScanStatisticsTest, AnswersAreThoseOfReading) {
  ExpectStatisticsChangeNothing(WrittenTable());
}

TEST_F(ScanStatisticsTest, AnswersAreThoseOfReadingWithDeletedRows) {
  ScanTable table = WrittenTable();
  const std::string& location = table.files.at(0).location;
  table.files[0].position_deletes = {
      WritePositionDeletes("('" + location + "', 0), ('" + location + "', 19)")};
  iceberg::Schema by_id;
  by_id.fields = {MakeField(1, "i", TypeId::kInt)};
  table.files[4].equality_deletes = {{FilesOf(by_id, "SELECT -7").at(0).path, {1}}};
  ExpectStatisticsChangeNothing(table);
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "38");
}

TEST_F(ScanStatisticsTest, AnswersAreThoseOfReadingAfterSchemaChanges) {
  ScanTable table = WrittenTable();
  Field added = MakeField(9, "s", TypeId::kString);
  added.initial_default = "\"text 7\"";
  table.schema.fields = {MakeField(1, "i", TypeId::kLong), added,
                         MakeField(3, "was_s", TypeId::kString), MakeField(2, "d", TypeId::kDouble),
                         MakeField(8, "t", TypeId::kDate)};
  iceberg::Schema now = table.schema;
  for (ScanFile& file : FilesOf(now, "SELECT 3000000000, 'zz', 'x', 0.0, DATE '2024-01-01'")) {
    table.files.push_back(std::move(file));
  }
  // What a careless writer may state of columns that its file lacks.
  table.files[0].null_counts[8] = 20;
  table.files[0].null_counts[9] = 20;
  ExpectStatisticsChangeNothing(table);
}

TEST_F(ScanStatisticsTest, AnswersAreThoseOfReadingWithPartitionConstants) {
  ScanTable table = WrittenTable();
  table.schema.fields.push_back(MakeField(5, "part", TypeId::kInt));
  for (ScanFile& file : table.files) {
    file.partition_constants[5] = std::string("\x05\0\0\0", 4);
    file.null_counts[5] = static_cast<std::int64_t>(file.record_count);
  }
  table.files.back().partition_constants[5] = std::nullopt;
  ExpectStatisticsChangeNothing(table);
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE part IS NULL"), "2");
  EXPECT_EQ(Ask("SELECT count(*) FROM t WHERE part = 5"), "40");
}

/// Gives tables whose only file is not there: a question that is answered was answered without it.
class UnreadTest : public ScanStatisticsTest {
 protected:
  ScanFile Absent() {
    ScanFile file = FilesOf(WrittenSchema(), kFiles[0]).at(0);
    file.path = "/no/such/file.parquet";
    return file;
  }

  std::string AskOf(const ScanFile& file, const std::string& sql) {
    scope_.relations.clear();
    ScanTable table;
    table.schema = WrittenSchema();
    table.files = {file};
    AddTable("t", std::move(table));
    return Ask(sql);
  }
};

TEST_F(UnreadTest, CountsAreAnsweredFromExactStatistics) {
  const ScanFile file = Absent();
  for (const char* condition :
       {"i >= 0", "i < 20 AND d > -1", "d <= 4.75", "i IS NOT NULL", "s IS NOT NULL AND i > -1"}) {
    EXPECT_EQ(AskOf(file, std::string("SELECT count(*) FROM t WHERE ") + condition), "20")
        << condition;
  }
  for (const char* condition : {"i > 19", "d < 0", "t IS NULL", "s > 'u'", "d = 'NaN'::DOUBLE"}) {
    EXPECT_EQ(AskOf(file, std::string("SELECT count(*) FROM t WHERE ") + condition), "0")
        << condition;
  }
}

TEST_F(UnreadTest, WhatIsNotExactIsRead) {
  const auto refused = [&](const ScanFile& file, const char* sql) {
    EXPECT_EQ(AskOf(file, sql), "FILE_NOT_FOUND") << sql;
  };
  refused(Absent(), "SELECT min(i), max(i) FROM t");
  refused(Absent(), "SELECT count(*) FROM t WHERE i > 5");
  ScanFile file = Absent();
  file.null_counts.clear();
  refused(file, "SELECT count(*) FROM t WHERE i >= 0");
  refused(file, "SELECT count(*) FROM t WHERE i IS NOT NULL");
  file = Absent();
  file.null_counts[1] = -1;
  refused(file, "SELECT count(*) FROM t WHERE i >= 0");
  file = Absent();
  file.nan_counts.clear();
  refused(file, "SELECT count(*) FROM t WHERE d <= 4.75");
  refused(file, "SELECT count(*) FROM t WHERE d = 'NaN'::DOUBLE");
  file = Absent();
  file.position_deletes = {"/no/such/deletes.parquet"};
  refused(file, "SELECT count(*) FROM t");
  file = Absent();
  file.deletion_vector = DeletionVector{"/no/such/vector.puffin", 0, 10, 1};
  refused(file, "SELECT count(*) FROM t WHERE i >= 0");
}

TEST_F(UnreadTest, BoundsOfNestedFieldsSkipFiles) {
  ScanTable table;
  table.schema.fields = {MakeField(
      1, "place",
      MakeNested(TypeId::kStruct,
                 {MakeField(2, "city", TypeId::kString), MakeField(3, "zip", TypeId::kInt)}))};
  table.files = FilesOf(table.schema, "SELECT {'city': 'Bern', 'zip': i} FROM range(10) t(i)");
  ScanFile absent = table.files.at(0);
  absent.path = "/no/such/file.parquet";
  absent.lower_bounds[3] = std::string("\x64\0\0\0", 4);
  absent.upper_bounds[3] = std::string("\xc8\0\0\0", 4);
  table.files.push_back(std::move(absent));
  AddTable("n", std::move(table));
  EXPECT_EQ(Ask("SELECT count(*) FROM n WHERE place.zip = 5"), "1");
  EXPECT_EQ(Ask("SELECT count(*) FROM n WHERE place.zip = 150"), "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace healix::lakehouse::engine
