// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"

namespace healix::lakehouse::engine {

duckdb::unique_ptr<duckdb::Connection> Connect(const ScanServices& services,
                                               std::shared_ptr<const Scope> scope) {
  auto connection = duckdb::make_uniq<duckdb::Connection>(*services.database);
  connection->context->config.use_replacement_scans = false;
  if (scope) ScopeBinding::Attach(*connection, std::move(scope), services);
  return connection;
}

duckdb::unique_ptr<duckdb::SQLStatement> ParseSelect(duckdb::Connection& connection,
                                                     std::string_view sql) {
  duckdb::Parser parser(connection.context->GetParserOptions());
  parser.ParseQuery(std::string(sql));
  if (parser.statements.size() != 1) {
    ThrowError(MakeError(ErrorCode::kSqlRefused, "expected one statement, got {}",
                         parser.statements.size()));
  }
  duckdb::unique_ptr<duckdb::SQLStatement> statement = std::move(parser.statements[0]);
  duckdb::SQLStatement* query = statement.get();
  if (query->type == duckdb::StatementType::EXPLAIN_STATEMENT) {
    query = query->Cast<duckdb::ExplainStatement>().stmt.get();
  }
  if (query->type != duckdb::StatementType::SELECT_STATEMENT) {
    ThrowError(MakeError(ErrorCode::kSqlRefused, "{} is not a query",
                         SafeName(duckdb::StatementTypeToString(query->type))));
  }
  if (const auto binding = ScopeBinding::Of(*connection.context)) {
    binding->Resolve(*query->Cast<duckdb::SelectStatement>().node);
  }
  return statement;
}

InnerResult RunInside(const ScanServices& services, std::shared_ptr<const Scope> scope,
                      std::string_view sql) {
  InnerResult result;
  result.connection = Connect(services, std::move(scope));
  auto statement = ParseSelect(*result.connection, sql);
  result.rows = result.connection->SendQuery(std::move(statement));
  if (result.rows->HasError()) result.rows->ThrowError();
  return result;
}

std::string Literal(std::string_view text) {
  return "'" + duckdb::StringUtil::Replace(std::string(text), "'", "''") + "'";
}

}  // namespace healix::lakehouse::engine
