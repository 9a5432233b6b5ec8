// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/statement_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/matchers.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::TypeId;
using testing::IsError;
using testing::IsOk;

ParsedStatement One(std::string_view sql) {
  auto parsed = ParseStatements(sql);
  EXPECT_TRUE(IsOk(parsed)) << sql;
  if (!parsed || parsed->size() != 1) {
    ADD_FAILURE() << "not one statement: " << sql;
    return {};
  }
  return std::move(parsed->front());
}

std::vector<std::string> Tables(const ParsedStatement& statement) {
  std::vector<std::string> names;
  for (const TableReference& table : statement.tables) {
    names.push_back(table.name.schema.empty() ? table.name.name
                                              : table.name.schema + "." + table.name.name);
  }
  return names;
}

std::vector<std::string> Functions(const ParsedStatement& statement, FunctionReference::Kind kind) {
  std::vector<std::string> names;
  for (const FunctionReference& function : statement.functions) {
    if (function.kind == kind) names.push_back(function.name);
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(StatementParserTest, ListsTablesButNotCtes) {
  const ParsedStatement statement =
      One("WITH a AS (SELECT * FROM raw.t1), t2 AS (SELECT * FROM t2 JOIN a USING (id)) "
          "SELECT (SELECT max(x) FROM t3 WHERE y IN (SELECT y FROM t4)) FROM a, t2, "
          "(SELECT * FROM t5 UNION SELECT * FROM t6) ORDER BY (SELECT 1 FROM t7)");
  EXPECT_EQ(statement.kind, StatementKind::kSelect);
  EXPECT_EQ(Tables(statement), (Names{"raw.t1", "t2", "t4", "t3", "t5", "t6", "t7"}));
}

TEST(StatementParserTest, RecursiveCtesAreNotTables) {
  EXPECT_EQ(Tables(One("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE "
                       "n < 3) SELECT * FROM r, s")),
            (Names{"s"}));
}

TEST(StatementParserTest, ListsFunctionsOfBothKinds) {
  const ParsedStatement statement =
      One("SELECT Upper(a), sum(b) OVER (PARTITION BY lower(c)), [x + 1 FOR x IN l] FROM "
          "read_csv('/etc/passwd') WHERE current_setting('threads') = '1'");
  EXPECT_EQ(Functions(statement, FunctionReference::Kind::kTable), (Names{"read_csv"}));
  const Names scalars = Functions(statement, FunctionReference::Kind::kScalar);
  for (const char* name : {"upper", "sum", "lower", "current_setting"}) {
    EXPECT_NE(std::find(scalars.begin(), scalars.end(), name), scalars.end()) << name;
  }
}

TEST(StatementParserTest, TimeTravelKeepsItsText) {
  const ParsedStatement statement =
      One("SELECT * FROM t AT (VERSION => 3), u AT (TIMESTAMP => TIMESTAMP '2024-01-01 00:00:00'), "
          "v AT (TIMESTAMP => now() - INTERVAL 1 DAY)");
  ASSERT_EQ(statement.tables.size(), 3u);
  EXPECT_EQ(statement.tables[0].at->unit, TimeTravel::Unit::kVersion);
  EXPECT_EQ(statement.tables[0].at->constant, "3");
  EXPECT_EQ(statement.tables[0].at->text, "version => 3");
  EXPECT_EQ(statement.tables[1].at->unit, TimeTravel::Unit::kTimestamp);
  EXPECT_EQ(statement.tables[1].at->constant, "2024-01-01 00:00:00");
  EXPECT_FALSE(statement.tables[2].at->constant.has_value());
  EXPECT_EQ(Functions(statement, FunctionReference::Kind::kScalar).front(), "-");
}

TEST(StatementParserTest, InsertNamesTargetColumnsAndQuery) {
  ParsedStatement statement = One("INSERT INTO raw.t (b, a) SELECT x, y FROM u WHERE z > 1");
  EXPECT_EQ(statement.kind, StatementKind::kInsert);
  EXPECT_EQ(statement.target, (TableName{"", "raw", "t"}));
  EXPECT_EQ(statement.column_names, (Names{"b", "a"}));
  EXPECT_EQ(Tables(statement), (Names{"u"}));
  EXPECT_EQ(One(statement.query_sql).kind, StatementKind::kSelect);
  statement = One("INSERT INTO t VALUES (1, 'a'), (2, NULL)");
  EXPECT_EQ(statement.target, (TableName{"", "", "t"}));
  EXPECT_NE(statement.query_sql.find("VALUES (1, 'a'), (2, NULL)"), std::string::npos);
  EXPECT_EQ(One("INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING").unsupported_parts,
            (Names{"ON CONFLICT"}));
  EXPECT_EQ(One("INSERT INTO t VALUES (1) RETURNING a").unsupported_parts, (Names{"RETURNING"}));
}

TEST(StatementParserTest, CreateTableGivesColumnsWithIcebergTypes) {
  const ParsedStatement statement =
      One("CREATE TABLE IF NOT EXISTS s.t (id BIGINT NOT NULL, name VARCHAR DEFAULT 'x', "
          "d DECIMAL(9, 2), n STRUCT(a INTEGER, b VARCHAR[]), m MAP(VARCHAR, DATE), i INTERVAL)");
  EXPECT_EQ(statement.kind, StatementKind::kCreateTable);
  EXPECT_EQ(statement.on_presence, OnPresence::kIgnore);
  EXPECT_EQ(statement.target, (TableName{"", "s", "t"}));
  ASSERT_EQ(statement.columns.size(), 6u);
  EXPECT_TRUE(statement.columns[0].required);
  EXPECT_EQ(statement.columns[0].iceberg_type, iceberg::Primitive(TypeId::kLong));
  EXPECT_EQ(statement.columns[1].default_sql, "'x'");
  EXPECT_EQ(statement.columns[2].iceberg_type, iceberg::Decimal(9, 2));
  EXPECT_EQ(statement.columns[3].sql_type, "STRUCT(a INTEGER, b VARCHAR[])");
  EXPECT_EQ(statement.columns[3].iceberg_type->fields[1].type.id, TypeId::kList);
  EXPECT_EQ(statement.columns[4].iceberg_type->fields[1].type.id, TypeId::kDate);
  EXPECT_FALSE(statement.columns[5].iceberg_type.has_value());
  EXPECT_EQ(One("CREATE TABLE t (id INT PRIMARY KEY, CHECK (id > 0))").unsupported_parts,
            (Names{"PRIMARY KEY", "CHECK"}));
  EXPECT_TRUE(IsError(ParseStatements("CREATE TABLE t (a NO_SUCH_TYPE)"), ErrorCode::kUnsupported));
}

TEST(StatementParserTest, QueriesInCreateAreTextAgain) {
  ParsedStatement statement = One("CREATE OR REPLACE TABLE t AS SELECT a FROM u");
  EXPECT_EQ(statement.kind, StatementKind::kCreateTableAs);
  EXPECT_EQ(statement.on_presence, OnPresence::kReplace);
  EXPECT_EQ(Tables(statement), (Names{"u"}));
  statement = One("CREATE VIEW v (x) AS SELECT a FROM u");
  EXPECT_EQ(statement.kind, StatementKind::kCreateView);
  EXPECT_EQ(statement.column_names, (Names{"x"}));
  EXPECT_EQ(statement.query_sql, "SELECT a FROM u");
  EXPECT_EQ(One("CREATE TEMP TABLE t (a INT)").unsupported_parts, (Names{"TEMPORARY"}));
}

TEST(StatementParserTest, DeleteGivesItsCondition) {
  const ParsedStatement statement = One("DELETE FROM t WHERE a > 1 AND b IN (SELECT b FROM u)");
  EXPECT_EQ(statement.kind, StatementKind::kDelete);
  EXPECT_EQ(statement.target, (TableName{"", "", "t"}));
  EXPECT_EQ(Tables(statement), (Names{"t", "u"}));
  EXPECT_EQ(One("SELECT * FROM t WHERE " + statement.where_sql).tables.size(), 2u);
  EXPECT_EQ(One("DELETE FROM t").where_sql, "");
  EXPECT_EQ(One("DELETE FROM t USING u WHERE t.a = u.a").unsupported_parts, (Names{"USING"}));
}

TEST(StatementParserTest, AlterTableNamesTheChange) {
  using Action = AlterTable::Action;
  ParsedStatement statement = One("ALTER TABLE s.t ADD COLUMN c DECIMAL(4,1)");
  EXPECT_EQ(statement.kind, StatementKind::kAlterTable);
  EXPECT_EQ(statement.target, (TableName{"", "s", "t"}));
  EXPECT_EQ(statement.alter->action, Action::kAddColumn);
  EXPECT_EQ(statement.alter->column.iceberg_type, iceberg::Decimal(4, 1));
  statement = One("ALTER TABLE t DROP COLUMN IF EXISTS c");
  EXPECT_EQ(statement.alter->action, Action::kDropColumn);
  EXPECT_EQ(statement.alter->path, (Names{"c"}));
  EXPECT_EQ(statement.on_presence, OnPresence::kIgnore);
  statement = One("ALTER TABLE t RENAME COLUMN a TO b");
  EXPECT_EQ(statement.alter->action, Action::kRenameColumn);
  EXPECT_EQ(statement.alter->new_name, "b");
  statement = One("ALTER TABLE t ALTER COLUMN a TYPE BIGINT");
  EXPECT_EQ(statement.alter->action, Action::kChangeType);
  EXPECT_EQ(statement.alter->column.sql_type, "BIGINT");
  statement = One("ALTER TABLE t ADD COLUMN n.inner INTEGER");
  EXPECT_EQ(statement.alter->action, Action::kAddColumn);
  EXPECT_EQ(statement.alter->path, (Names{"n"}));
  EXPECT_EQ(One("ALTER TABLE t RENAME TO u").alter->action, Action::kRenameTable);
  EXPECT_EQ(One("ALTER TABLE t ALTER a DROP NOT NULL").alter->action, Action::kDropNotNull);
  statement = One("ALTER TABLE t ALTER a SET DEFAULT 3");
  EXPECT_EQ(statement.alter->action, Action::kOther);
  EXPECT_EQ(statement.alter->action_name, "SET_DEFAULT");
}

TEST(StatementParserTest, DropDescribeShowAndExplain) {
  EXPECT_EQ(One("DROP TABLE IF EXISTS s.t").kind, StatementKind::kDropTable);
  EXPECT_EQ(One("DROP VIEW v").kind, StatementKind::kDropView);
  EXPECT_EQ(One("DROP SCHEMA s").kind, StatementKind::kOther);
  const ParsedStatement describe = One("DESCRIBE s.t");
  EXPECT_EQ(describe.kind, StatementKind::kDescribe);
  EXPECT_EQ(describe.target, (TableName{"", "s", "t"}));
  EXPECT_EQ(One("DESCRIBE SELECT 1 AS a").query_sql, "SELECT 1 AS a");
  EXPECT_EQ(One("SHOW TABLES").kind, StatementKind::kShowTables);
  const ParsedStatement explain = One("EXPLAIN SELECT * FROM t");
  EXPECT_EQ(explain.kind, StatementKind::kExplain);
  EXPECT_EQ(explain.query_sql, "SELECT * FROM t");
}

TEST(StatementParserTest, EverythingElseIsNamed) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"COPY t TO '/tmp/x'", "COPY"},
      {"ATTACH '/tmp/x.db'", "ATTACH"},
      {"PRAGMA database_list", "PRAGMA"},
      {"SET threads = 1", "SET"},
      {"INSTALL httpfs", "LOAD"},
      {"LOAD httpfs", "LOAD"},
      {"EXPORT DATABASE '/tmp/x'", "EXPORT"},
      {"UPDATE t SET a = 1", "UPDATE"},
      {"CALL pragma_version()", "CALL"},
      {"CREATE SCHEMA s", "CREATE SCHEMA"},
      {"CREATE MACRO f(a) AS a + 1", "CREATE MACRO FUNCTION"},
      {"BEGIN", "TRANSACTION"},
      {"VACUUM", "VACUUM"},
      {"DETACH x", "DETACH"},
      {"USE x", "SET"},
      {"CHECKPOINT", "CALL"}};
  for (const auto& [sql, name] : cases) {
    const ParsedStatement statement = One(sql);
    EXPECT_EQ(statement.kind, StatementKind::kOther) << sql;
    EXPECT_EQ(statement.kind_name, name) << sql;
  }
}

TEST(StatementParserTest, SeveralStatementsKeepTheirText) {
  const auto parsed = ParseStatements("SELECT 1;  SELECT 'ä;b' ; ");
  ASSERT_TRUE(IsOk(parsed));
  ASSERT_EQ(parsed->size(), 2u);
  EXPECT_EQ((*parsed)[0].sql, "SELECT 1");
  EXPECT_NE((*parsed)[1].sql.find("'ä;b'"), std::string::npos) << (*parsed)[1].sql;
  EXPECT_EQ((*parsed)[0].offset, 0u);
  EXPECT_GE((*parsed)[1].offset, 9u);
  EXPECT_TRUE(ParseStatements("").value_or({}).empty());
}

TEST(StatementParserTest, SyntaxErrorsHaveAPosition) {
  const auto failed = ParseStatements("SELECT 1 FROM t WHERE (");
  ASSERT_TRUE(IsError(failed, ErrorCode::kSqlSyntax));
  EXPECT_TRUE(failed.error().position().byte_offset.has_value());
  EXPECT_TRUE(IsError(ParseStatements(std::string(2 << 20, ' ')), ErrorCode::kLimitExceeded));
  EXPECT_FALSE(ParseStatements("SELECT " + std::string(100'000, '(')).has_value());
}

TEST(StatementParserTest, RefusesTextThatDuckDbWouldCut) {
  using namespace std::string_view_literals;
  const auto cut = ParseStatements("SELECT 1;\0DROP TABLE t"sv);
  ASSERT_TRUE(IsError(cut, ErrorCode::kSqlSyntax));
  EXPECT_EQ(cut.error().position().byte_offset, 9u);
  const auto latin = ParseStatements("SELECT '\xe9'");
  ASSERT_TRUE(IsError(latin, ErrorCode::kUtf8Invalid));
  EXPECT_EQ(latin.error().position().byte_offset, 8u);
}

TEST(StatementParserTest, ErrorsAreOneLine) {
  for (const char* sql : {"SELECT 1 FROM t WHERE (", "SELEC 1", "SELECT\n1\nFROM FROM"}) {
    const auto failed = ParseStatements(sql);
    ASSERT_TRUE(IsError(failed, ErrorCode::kSqlSyntax)) << sql;
    EXPECT_EQ(failed.error().message().find_first_of("\n\\"), std::string::npos);
    EXPECT_EQ(failed.error().message().find("LINE"), std::string::npos);
  }
}

TEST(StatementParserTest, UsingOfAChangedTypeIsNotDone) {
  const auto parts = [](std::string_view sql) { return One(sql).unsupported_parts; };
  EXPECT_TRUE(parts("ALTER TABLE t ALTER COLUMN a TYPE bigint").empty());
  EXPECT_TRUE(parts("ALTER TABLE t ALTER \"A b\" SET DATA TYPE decimal(9,2)").empty());
  const std::vector<std::string> refused = {"USING"};
  EXPECT_EQ(parts("ALTER TABLE t ALTER COLUMN a TYPE bigint USING a * 1000"), refused);
  EXPECT_EQ(parts("ALTER TABLE t ALTER COLUMN a TYPE bigint USING getenv('x')"), refused);
  EXPECT_EQ(parts("ALTER TABLE t ALTER COLUMN a TYPE bigint USING b::bigint"), refused);
}

TEST(StatementParserTest, FillsPivots) {
  const ParsedStatement pivot = One("PIVOT t ON c, d USING sum(v)");
  EXPECT_EQ(pivot.kind, StatementKind::kSelect);
  ASSERT_EQ(pivot.pivots.size(), 2u);
  const auto filled =
      FillPivots(pivot.sql, {{pivot.pivots[0].name, {"it's", "B"}}, {pivot.pivots[1].name, {"1"}}});
  ASSERT_TRUE(IsOk(filled));
  EXPECT_NE(filled->find("'it''s', 'B'"), std::string::npos) << *filled;
  EXPECT_TRUE(One(*filled).pivots.empty());
  EXPECT_EQ(One("CREATE TABLE u AS PIVOT t ON c USING sum(v)").kind, StatementKind::kOther);
}

TEST(StatementParserTest, TypesGoBothWays) {
  for (const char* type :
       {"BOOLEAN", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(38,10)", "DATE", "TIME",
        "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "UUID", "BLOB", "INTEGER[]",
        "STRUCT(\"a b\" INTEGER)", "MAP(VARCHAR, DOUBLE)", "TIMESTAMP_NS"}) {
    const auto parsed = IcebergTypeFromSql(type);
    ASSERT_TRUE(IsOk(parsed)) << type;
    EXPECT_EQ(SqlTypeFromIceberg(*parsed), type);
  }
  EXPECT_EQ(SqlTypeFromIceberg(iceberg::Primitive(TypeId::kTimestampTzNs)),
            "TIMESTAMP WITH TIME ZONE");
  EXPECT_TRUE(IsError(IcebergTypeFromSql("INTERVAL"), ErrorCode::kUnsupported));
  EXPECT_TRUE(IsError(IcebergTypeFromSql("INTEGER, b INTEGER)"), ErrorCode::kSqlSyntax));
  EXPECT_EQ(QuoteName("plain"), "plain");
  EXPECT_EQ(QuoteName("select"), "\"select\"");
  EXPECT_EQ(QuoteName("a\"b"), "\"a\"\"b\"");
}

}  // namespace
}  // namespace healix::lakehouse::engine
