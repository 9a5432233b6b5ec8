// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::TypeId;
using testing::IsError;
using testing::IsOk;

iceberg::Schema IdAndName() {
  iceberg::Schema schema;
  schema.fields = {MakeField(1, "id", TypeId::kLong), MakeField(2, "name", TypeId::kString)};
  return schema;
}

class QueryTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    ScanTable table;
    table.schema = IdAndName();
    for (const char* sql : {"SELECT i, 'p' || i FROM range(0, 1000) t(i)",
                            "SELECT i, 'p' || i FROM range(1000, 1500) t(i)"}) {
      for (ScanFile& file : FilesOf(table.schema, sql)) table.files.push_back(std::move(file));
    }
    AddTable("patient", std::move(table));
  }
};

TEST_F(QueryTest, CountsTheRowsOfATwoFileTable) {
  EXPECT_EQ(Ask("SELECT count(*) FROM patient"), "1500");
  EXPECT_EQ(Ask("SELECT count(*), min(id), max(name) FROM main.patient WHERE id >= 990"),
            "510|990|p999");
}

TEST_F(QueryTest, NamesResolveThroughAliasesCtesAndSubqueries) {
  EXPECT_EQ(Ask("SELECT patient.id FROM main.patient WHERE main.patient.name = 'p7'"), "7");
  EXPECT_EQ(Ask("WITH patient AS (SELECT id FROM patient WHERE id < 3) "
                "SELECT count(*) FROM patient p JOIN main.patient q USING (id)"),
            "3");
  EXPECT_EQ(Ask("SELECT (SELECT name FROM patient WHERE id = 4) FROM PATIENT LIMIT 1"), "p4");
  EXPECT_EQ(Ask("SELECT id FROM patient ORDER BY id DESC LIMIT 2"), "1499\n1498");
}

TEST_F(QueryTest, AnswersWhatHasNoTable) {
  EXPECT_EQ(Ask("SELECT 1"), "1");
  EXPECT_EQ(Ask("SELECT ? + $2", {.parameters = {std::int64_t{2}, std::int64_t{3}}}), "5");
}

TEST_F(QueryTest, UnknownNamesAreErrorsOfTheirOwn) {
  EXPECT_EQ(Ask("SELECT * FROM nobody"), "TABLE_NOT_FOUND");
  EXPECT_EQ(Ask("SELECT * FROM other.patient"), "TABLE_NOT_FOUND");
  EXPECT_EQ(Ask("SELECT * FROM information_schema.tables"), "TABLE_NOT_FOUND");
  EXPECT_EQ(Ask("SELECT * FROM duckdb_settings"), "TABLE_NOT_FOUND");
  EXPECT_EQ(Ask("SELECT nothing FROM patient"), "COLUMN_NOT_FOUND");
  EXPECT_EQ(Ask("SELEC 1"), "SQL_SYNTAX");
  EXPECT_EQ(Ask("SELECT no_such_function(1)"), "SQL_REFUSED");
}

TEST_F(QueryTest, ErrorsOfTextCarryTheirPosition) {
  const auto failed = engine_->Query(nullptr, "SELECT 1 FROM FROM", {});
  ASSERT_TRUE(IsError(failed, ErrorCode::kSqlSyntax));
  EXPECT_EQ(failed.error().position().byte_offset, 14u);
}

TEST_F(QueryTest, ErrorsOfValuesHoldNoValue) {
  const auto scope = std::make_shared<const Scope>(scope_);
  auto stream = engine_->Query(scope, "SELECT CAST(name AS INTEGER) FROM patient", {});
  Status failed;
  if (stream) {
    const auto rows = AllRows(**stream);
    ASSERT_FALSE(rows.has_value());
    failed = rows.error();
  } else {
    failed = stream.error();
  }
  EXPECT_TRUE(IsError(failed, ErrorCode::kQueryFailed));
  EXPECT_EQ(failed.error().message().find("p0"), std::string::npos);
}

TEST_F(QueryTest, ViewsSeeTheScopeOnly) {
  scope_.relations.push_back(
      {"raw", "young", std::nullopt, ViewText{"SELECT id AS key FROM patient WHERE id < 10"}});
  scope_.relations.push_back({"raw", "younger", std::nullopt,
                              ViewText{"SELECT * FROM young WHERE key < 5", "raw", {"k"}}});
  EXPECT_EQ(Ask("SELECT count(*) FROM raw.young"), "10");
  EXPECT_EQ(Ask("SELECT sum(k) FROM raw.younger"), "10");
  scope_.relations.push_back({"raw", "bad", std::nullopt, ViewText{"SELECT * FROM absent"}});
  EXPECT_EQ(Ask("SELECT * FROM raw.bad"), "TABLE_NOT_FOUND");
}

TEST_F(QueryTest, ThePastIsARelationOfItsOwn) {
  ScanTable past;
  past.schema = IdAndName();
  past.files = FilesOf(past.schema, "SELECT 1, 'then'");
  scope_.relations.push_back(
      {"main", "patient", "version => 3", std::make_shared<const ScanTable>(std::move(past))});
  EXPECT_EQ(Ask("SELECT name FROM patient AT (VERSION => 3)"), "then");
  EXPECT_EQ(Ask("SELECT patient.name FROM main.patient AT (VERSION => 3)"), "then");
  EXPECT_EQ(Ask("SELECT count(*) FROM patient"), "1500");
  EXPECT_EQ(Ask("SELECT name FROM patient AT (VERSION => 4)"), "TABLE_NOT_FOUND");
}

TEST_F(QueryTest, RowsKnowTheirFileAndPosition) {
  const auto rows = Ask("SELECT _pos, right(_file, 12) FROM patient WHERE id = 1001");
  EXPECT_EQ(rows, "1|f1-0.parquet");
}

TEST_F(QueryTest, DescribeReadsNoFile) {
  ScanTable gone;
  gone.schema = IdAndName();
  gone.files.emplace_back();
  gone.files.back().path = "/no/such/file.parquet";
  gone.files.back().record_count = 5;
  AddTable("gone", std::move(gone));
  const auto columns =
      engine_->Describe(std::make_shared<const Scope>(scope_), "SELECT name, id FROM gone");
  ASSERT_TRUE(IsOk(columns));
  EXPECT_EQ((*columns)[0].sql_type, "VARCHAR");
  EXPECT_EQ((*columns)[1].iceberg_type, iceberg::Primitive(TypeId::kLong));
  EXPECT_EQ(Ask("SELECT * FROM gone"), "FILE_NOT_FOUND");
}

TEST_F(QueryTest, GivesArrowBatches) {
  auto stream = engine_->Query(std::make_shared<const Scope>(scope_), "SELECT id FROM patient",
                               {.batch_rows = 700});
  ASSERT_TRUE(IsOk(stream));
  const auto schema = (*stream)->Schema();
  ASSERT_TRUE(IsOk(schema));
  EXPECT_STREQ(schema->get().children[0]->format, "l");
  std::int64_t rows = 0;
  while (true) {
    auto batch = (*stream)->Next();
    ASSERT_TRUE(IsOk(batch));
    if (!batch->has_value()) break;
    rows += (**batch).get().length;
  }
  EXPECT_EQ(rows, 1500);
}

}  // namespace
}  // namespace healix::lakehouse::engine
