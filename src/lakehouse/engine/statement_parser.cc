// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/statement_parser.h"

#include <duckdb/parser/keyword_helper.hpp>
#include <duckdb/parser/parsed_data/create_type_info.hpp>
#include <duckdb/parser/statement/multi_statement.hpp>

#include "base/text/utf8.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/scope_resolver_internal.h"
#include "lakehouse/engine/statement_parts_internal.h"
#include "lakehouse/engine/tree_walk_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::StatementType;

constexpr std::size_t kSqlBytesMax = std::size_t{1} << 20;

TimeTravel TravelFrom(duckdb::AtClause& at) {
  TimeTravel travel;
  travel.unit = duckdb::StringUtil::CIEquals(at.Unit(), "version") ? TimeTravel::Unit::kVersion
                                                                   : TimeTravel::Unit::kTimestamp;
  duckdb::ParsedExpression* value = at.ExpressionMutable().get();
  travel.expression = value->ToString();
  if (value->GetExpressionClass() == duckdb::ExpressionClass::CAST) {
    value = value->Cast<duckdb::CastExpression>().child.get();
  }
  if (value->GetExpressionClass() == duckdb::ExpressionClass::CONSTANT) {
    travel.constant = value->Cast<duckdb::ConstantExpression>().value.ToString();
  }
  travel.text = TimeTravelText(at);
  return travel;
}

/// Lists what a statement reaches for.
class Collector final : public TreeWalker {
 public:
  explicit Collector(ParsedStatement& statement) : statement_(statement) {}

 protected:
  void OnTable(duckdb::BaseTableRef& table) override {
    TableReference reference;
    reference.name = {table.catalog_name, table.schema_name, table.table_name};
    if (table.at_clause) reference.at = TravelFrom(*table.at_clause);
    if (table.query_location.IsValid()) reference.offset = table.query_location.GetIndex();
    statement_.tables.push_back(std::move(reference));
  }
  void OnTableFunction(const std::string& name, const duckdb::ParsedExpression&) override {
    statement_.functions.push_back({name, FunctionReference::Kind::kTable});
  }
  void OnFunction(const std::string& name, const duckdb::ParsedExpression&) override {
    statement_.functions.push_back({name, FunctionReference::Kind::kScalar});
  }
  void OnShow(duckdb::ShowRef& show) override {
    if (show.query) WalkQuery(*show.query);
  }

 private:
  ParsedStatement& statement_;
};

// The ShowRef of DESCRIBE and SHOW, which DuckDB parses as SELECT * FROM it.
duckdb::ShowRef* ShowOf(duckdb::SelectStatement& select) {
  if (select.node->type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
  auto& table = select.node->Cast<duckdb::SelectNode>().from_table;
  if (!table || table->type != duckdb::TableReferenceType::SHOW_REF) return nullptr;
  return &table->Cast<duckdb::ShowRef>();
}

// The table of `SELECT * FROM table` alone.
const duckdb::BaseTableRef* WholeTable(duckdb::QueryNode& query) {
  if (query.type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
  auto& node = query.Cast<duckdb::SelectNode>();
  const bool plain = node.select_list.size() == 1 && !node.where_clause && node.modifiers.empty() &&
                     node.cte_map.map.empty() &&
                     node.select_list[0]->GetExpressionClass() == duckdb::ExpressionClass::STAR;
  if (!plain || node.from_table->type != duckdb::TableReferenceType::BASE_TABLE) return nullptr;
  return &node.from_table->Cast<duckdb::BaseTableRef>();
}

void FillShow(duckdb::ShowRef& show, ParsedStatement& statement) {
  if (show.show_type == duckdb::ShowType::SUMMARY) {
    statement.kind = StatementKind::kSelect;
    statement.query_sql = statement.sql;
    return;
  }
  if (show.query) {
    statement.kind = StatementKind::kDescribe;
    if (const auto* table = WholeTable(*show.query)) {
      statement.target = {table->catalog_name, table->schema_name, table->table_name};
    } else {
      statement.query_sql = show.query->ToString();
    }
    return;
  }
  const bool tables = show.table_name.find("tables") != std::string::npos;
  statement.kind = tables ? StatementKind::kShowTables : StatementKind::kOther;
  statement.kind_name = "SHOW";
  statement.target.schema = show.schema_name;
}

void FillSelect(duckdb::SelectStatement& select, ParsedStatement& statement) {
  if (duckdb::ShowRef* show = ShowOf(select)) {
    FillShow(*show, statement);
  } else {
    statement.kind = StatementKind::kSelect;
    statement.query_sql = select.ToString();
  }
  Collector(statement).WalkQuery(*select.node);
}

void FillInsert(duckdb::InsertStatement& insert, ParsedStatement& statement) {
  statement.kind = StatementKind::kInsert;
  statement.target = {insert.catalog, insert.schema, insert.table};
  statement.column_names.assign(insert.columns.begin(), insert.columns.end());
  if (insert.on_conflict_info) statement.unsupported_parts.emplace_back("ON CONFLICT");
  if (!insert.returning_list.empty()) statement.unsupported_parts.emplace_back("RETURNING");
  if (insert.default_values) statement.unsupported_parts.emplace_back("DEFAULT VALUES");
  if (insert.column_order == duckdb::InsertColumnOrder::INSERT_BY_NAME) {
    statement.unsupported_parts.emplace_back("BY NAME");
  }
  if (!insert.select_statement) return;
  auto& ctes = insert.select_statement->node->cte_map;
  if (ctes.map.empty()) ctes = insert.cte_map.Copy();
  statement.query_sql = insert.select_statement->ToString();
  Collector(statement).WalkQuery(*insert.select_statement->node);
}

void FillDelete(duckdb::DeleteStatement& deletion, ParsedStatement& statement) {
  statement.kind = StatementKind::kDelete;
  if (deletion.table->type == duckdb::TableReferenceType::BASE_TABLE) {
    const auto& table = deletion.table->Cast<duckdb::BaseTableRef>();
    statement.target = {table.catalog_name, table.schema_name, table.table_name};
    if (!table.alias.empty()) statement.unsupported_parts.emplace_back("AS");
  }
  if (!deletion.using_clauses.empty()) statement.unsupported_parts.emplace_back("USING");
  if (!deletion.returning_list.empty()) statement.unsupported_parts.emplace_back("RETURNING");
  if (!deletion.cte_map.map.empty()) statement.unsupported_parts.emplace_back("WITH");
  Collector collector(statement);
  collector.WalkTable(*deletion.table);
  for (auto& table : deletion.using_clauses) collector.WalkTable(*table);
  if (!deletion.condition) return;
  statement.where_sql = deletion.condition->ToString();
  collector.WalkExpression(*deletion.condition);
}

void FillDrop(const duckdb::DropInfo& drop, ParsedStatement& statement) {
  statement.target = {drop.catalog, drop.schema, drop.name};
  if (drop.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
    statement.on_presence = OnPresence::kIgnore;
  }
  if (drop.cascade) statement.unsupported_parts.emplace_back("CASCADE");
  if (drop.type == duckdb::CatalogType::TABLE_ENTRY) {
    statement.kind = StatementKind::kDropTable;
  } else if (drop.type == duckdb::CatalogType::VIEW_ENTRY) {
    statement.kind = StatementKind::kDropView;
  } else {
    statement.kind_name =
        "DROP " + duckdb::StringUtil::Upper(duckdb::CatalogTypeToString(drop.type));
  }
}

void FillExplain(duckdb::ExplainStatement& explain, ParsedStatement& statement) {
  statement.kind_name = "EXPLAIN";
  if (explain.explain_type == duckdb::ExplainType::EXPLAIN_ANALYZE) {
    statement.unsupported_parts.emplace_back("ANALYZE");
  }
  if (explain.stmt->type != StatementType::SELECT_STATEMENT) {
    statement.kind_name += " " + duckdb::StatementTypeToString(explain.stmt->type);
    return;
  }
  statement.kind = StatementKind::kExplain;
  auto& select = explain.stmt->Cast<duckdb::SelectStatement>();
  statement.query_sql = select.ToString();
  Collector(statement).WalkQuery(*select.node);
}

void FillCreateStatement(duckdb::CreateInfo& info, ParsedStatement& statement) {
  FillCreate(info, statement);
  duckdb::SelectStatement* query = nullptr;
  if (info.type == duckdb::CatalogType::TABLE_ENTRY) {
    query = info.Cast<duckdb::CreateTableInfo>().query.get();
  } else if (info.type == duckdb::CatalogType::VIEW_ENTRY) {
    query = info.Cast<duckdb::CreateViewInfo>().query.get();
  }
  if (query != nullptr) Collector(statement).WalkQuery(*query->node);
}

// DuckDB makes several statements of a PIVOT without IN: a type of the values for each pivot, then
// what was asked for.
void FillMulti(duckdb::MultiStatement& multi, ParsedStatement& statement) {
  statement.kind_name = "PIVOT without IN in this statement";
  auto& last = *multi.statements.back();
  if (last.type != StatementType::SELECT_STATEMENT) return;
  std::vector<PivotValues> pivots;
  for (std::size_t i = 0; i + 1 < multi.statements.size(); ++i) {
    auto& first = *multi.statements[i];
    if (first.type != StatementType::CREATE_STATEMENT) return;
    auto& info = *first.Cast<duckdb::CreateStatement>().info;
    if (info.type != duckdb::CatalogType::TYPE_ENTRY) return;
    auto& type = info.Cast<duckdb::CreateTypeInfo>();
    if (!type.query || type.query->type != StatementType::SELECT_STATEMENT) return;
    auto& select = type.query->Cast<duckdb::SelectStatement>();
    pivots.push_back({type.name, select.ToString()});
    Collector(statement).WalkQuery(*select.node);
  }
  FillSelect(last.Cast<duckdb::SelectStatement>(), statement);
  statement.sql = statement.query_sql;
  statement.pivots = std::move(pivots);
}

void Fill(duckdb::SQLStatement& parsed, ParsedStatement& statement) {
  statement.kind_name = duckdb::StatementTypeToString(parsed.type);
  switch (parsed.type) {
    case StatementType::SELECT_STATEMENT:
      return FillSelect(parsed.Cast<duckdb::SelectStatement>(), statement);
    case StatementType::EXPLAIN_STATEMENT:
      return FillExplain(parsed.Cast<duckdb::ExplainStatement>(), statement);
    case StatementType::INSERT_STATEMENT:
      return FillInsert(parsed.Cast<duckdb::InsertStatement>(), statement);
    case StatementType::DELETE_STATEMENT:
      return FillDelete(parsed.Cast<duckdb::DeleteStatement>(), statement);
    case StatementType::CREATE_STATEMENT:
      return FillCreateStatement(*parsed.Cast<duckdb::CreateStatement>().info, statement);
    case StatementType::DROP_STATEMENT:
      return FillDrop(*parsed.Cast<duckdb::DropStatement>().info, statement);
    case StatementType::MULTI_STATEMENT:
      return FillMulti(parsed.Cast<duckdb::MultiStatement>(), statement);
    case StatementType::ALTER_STATEMENT:
      return FillAlter(*parsed.Cast<duckdb::AlterStatement>().info, statement);
    default:
      return;
  }
}

// DuckDB ends a text at its first NUL and has no position for bytes that are not UTF-8.
Status CheckText(std::string_view sql) {
  std::string_view rest = sql;
  while (!rest.empty()) {
    const std::size_t bytes = base::Utf8CharacterBytes(rest);
    const Position here{{}, sql.size() - rest.size(), {}};
    if (bytes == 0) return MakeError(ErrorCode::kUtf8Invalid, "the SQL text is not UTF-8").At(here);
    if (rest.front() == '\0') {
      return MakeError(ErrorCode::kSqlSyntax, "the SQL text holds a NUL").At(here);
    }
    rest.remove_prefix(bytes);
  }
  return {};
}

}  // namespace

Result<std::vector<ParsedStatement>> ParseStatements(std::string_view sql) {
  if (sql.size() > kSqlBytesMax) {
    return MakeError(ErrorCode::kLimitExceeded, "a SQL text of {} bytes is over the limit of {}",
                     sql.size(), kSqlBytesMax);
  }
  HEALIX_RETURN_IF_ERROR(CheckText(sql));
  return Guarded(
      [&]() -> Result<std::vector<ParsedStatement>> {
        duckdb::Parser parser;
        parser.ParseQuery(std::string(sql));
        std::vector<ParsedStatement> statements;
        std::size_t searched = 0;  // DuckDB keeps the text of each statement, but not its place
        for (const auto& parsed : parser.statements) {
          ParsedStatement statement;
          statement.sql = parsed->query;
          statement.offset = std::min(sql.find(parsed->query, searched), sql.size());
          searched = std::min(statement.offset + statement.sql.size(), sql.size());
          Fill(*parsed, statement);
          statements.push_back(std::move(statement));
        }
        return statements;
      },
      Phase::kBinding);
}

Result<iceberg::Type> IcebergTypeFromSql(std::string_view sql_type) {
  return Guarded(
      [&]() -> Result<iceberg::Type> {
        const auto columns = duckdb::Parser::ParseColumnList("c " + std::string(sql_type));
        const auto type =
            IcebergTypeFrom(BuiltInType(columns.GetColumn(duckdb::LogicalIndex(0)).Type()));
        if (!type) {
          return MakeError(ErrorCode::kUnsupported, "Iceberg has no type for {}",
                           SafeName(sql_type));
        }
        return *type;
      },
      Phase::kBinding);
}

std::string QuoteName(std::string_view name) {
  return duckdb::KeywordHelper::WriteOptionallyQuoted(std::string(name));
}

}  // namespace healix::lakehouse::engine
