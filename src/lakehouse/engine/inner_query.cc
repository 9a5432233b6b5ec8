// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"

namespace healix::lakehouse::engine {
namespace {

constexpr const char* kStopKey = "healix_stop";

/// Interrupts the statements of one connection when stop is asked for, also before they began.
class StopWatch final : public duckdb::ClientContextState {
 public:
  StopWatch(std::stop_token stop, duckdb::ClientContext& context)
      : stop_(std::move(stop)), interrupt_(stop_, [&context] { context.Interrupt(); }) {}

  void QueryBegin(duckdb::ClientContext& context) override {
    if (stop_.stop_requested()) context.Interrupt();
  }

 private:
  std::stop_token stop_;
  std::stop_callback<std::function<void()>> interrupt_;
};

}  // namespace

duckdb::unique_ptr<duckdb::Connection> Connect(const ScanServices& services,
                                               std::shared_ptr<const Scope> scope) {
  auto connection = duckdb::make_uniq<duckdb::Connection>(*services.database);
  connection->context->config.use_replacement_scans = false;
  if (services.stop.stop_possible()) {
    connection->context->registered_state->Insert(
        kStopKey, duckdb::make_shared_ptr<StopWatch>(services.stop, *connection->context));
  }
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
  const std::string doubled = duckdb::StringUtil::Replace(std::string(text), "'", "''");
  return std::string("'").append(doubled).append("'");
}

}  // namespace healix::lakehouse::engine
