// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/session.h"

#include "lakehouse/sql/name_resolver_internal.h"
#include "lakehouse/sql/pivot_values_internal.h"
#include "lakehouse/sql/statement_check_internal.h"
#include "lakehouse/sql/statements_internal.h"

namespace healix::lakehouse::sql {
namespace {

using engine::ParsedStatement;
using engine::StatementKind;

Result<StatementResult> RunChange(const StatementContext& context,
                                  const ParsedStatement& statement) {
  switch (statement.kind) {
    case StatementKind::kInsert:
      return RunInsert(context, statement);
    case StatementKind::kCreateTable:
      return RunCreateTable(context, statement);
    case StatementKind::kCreateTableAs:
      return RunCreateTableAs(context, statement);
    case StatementKind::kDelete:
      return RunDelete(context, statement);
    case StatementKind::kAlterTable:
      return RunAlterTable(context, statement);
    case StatementKind::kDropTable:
      return RunDropTable(context, statement);
    case StatementKind::kCreateView:
      return RunCreateView(context, statement);
    case StatementKind::kDropView:
      return RunDropView(context, statement);
    default:
      return Refused(statement.kind_name);
  }
}

Result<StatementResult> RunStatement(const StatementContext& context,
                                     const ParsedStatement& statement,
                                     std::vector<engine::Parameter> parameters) {
  HEALIX_RETURN_IF_ERROR(CheckAllowed(statement));
  Result<StatementResult> result = [&]() -> Result<StatementResult> {
    switch (statement.kind) {
      case StatementKind::kSelect:
      case StatementKind::kExplain:
        return RunQuery(context, statement, std::move(parameters));
      case StatementKind::kDescribe:
        return RunDescribe(context, statement);
      case StatementKind::kShowTables:
        return RunShowTables(context, statement);
      default:
        if (!parameters.empty()) return Refused(statement.kind_name + " with parameters");
        return RunChange(context, statement);
    }
  }();
  if (result) result->kind = statement.kind;
  return result;
}

}  // namespace

Session::Session(tables::Warehouse& warehouse, SessionOptions options)
    : warehouse_(warehouse), options_(std::move(options)) {}

Result<StatementResult> Session::Run(std::string_view sql,
                                     std::vector<engine::Parameter> parameters) {
  HEALIX_TRY(const std::vector<ParsedStatement> statements, engine::ParseStatements(sql));
  if (statements.size() != 1) {
    return MakeError(ErrorCode::kSqlSyntax, "one statement is expected, not {}", statements.size());
  }
  return RunStatement({warehouse_, options_}, statements.front(), std::move(parameters));
}

Status Session::RunAll(std::string_view sql, const OnResult& on_result) {
  HEALIX_TRY(const std::vector<ParsedStatement> statements, engine::ParseStatements(sql));
  for (const ParsedStatement& statement : statements) {
    HEALIX_TRY(StatementResult result, RunStatement({warehouse_, options_}, statement, {}));
    HEALIX_RETURN_IF_ERROR(on_result(std::move(result)));
  }
  return {};
}

Result<StatementResult> RunQuery(const StatementContext& context, const ParsedStatement& statement,
                                 std::vector<engine::Parameter> parameters) {
  NameResolver resolver(context.warehouse, context.options.default_schema);
  HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  engine::QueryOptions options;
  options.parameters = std::move(parameters);
  engine::Engine& engine = context.warehouse.parts().engine;
  const auto scope = resolver.Seal();
  HEALIX_TRY(const std::string sql, SqlWithPivotValues(engine, scope, statement));
  auto rows = engine.Query(scope, sql, std::move(options));
  if (!rows && !statement.pivots.empty()) {
    return MakeError(rows.error().code(), "the PIVOT can't be answered with the values it has");
  }
  if (!rows) return rows.error();
  StatementResult result;
  result.rows = std::move(*rows);
  return result;
}

Result<tables::CommitOutcome> CommitChange(const StatementContext& context, const Change& change,
                                           tables::CommitRequest request) {
  if (context.options.on_change) {
    request.in_transaction = [&](storage::records::Transaction& transaction,
                                 const tables::CommitOutcome& outcome) {
      return context.options.on_change(transaction, change, outcome);
    };
  }
  return context.warehouse.Commit(request);
}

Result<bool> Exists(tables::Warehouse& warehouse, const tables::TableName& name) {
  const auto table = warehouse.Load(name);
  if (table) return true;
  if (table.error().code() != ErrorCode::kTableNotFound) return table.error();
  const auto view = warehouse.LoadView(name);
  if (view) return true;
  if (view.error().code() != ErrorCode::kTableNotFound) return view.error();
  return false;
}

std::string JoinWithCommas(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

}  // namespace healix::lakehouse::sql
