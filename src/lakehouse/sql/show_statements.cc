// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/information_schema_internal.h"
#include "lakehouse/sql/name_resolver_internal.h"
#include "lakehouse/sql/statement_check_internal.h"
#include "lakehouse/sql/statements_internal.h"

namespace healix::lakehouse::sql {
namespace {

Result<StatementResult> RunConstants(const StatementContext& context, const std::string& sql) {
  StatementResult result;
  HEALIX_TRY(result.rows, context.warehouse.parts().engine.Query(
                              std::make_shared<const engine::Scope>(), sql, {}));
  return result;
}

}  // namespace

Result<StatementResult> RunDescribe(const StatementContext& context,
                                    const engine::ParsedStatement& statement) {
  NameResolver resolver(context.warehouse, context.options.default_schema);
  std::string query = statement.query_sql;
  if (query.empty()) {
    HEALIX_TRY(const tables::TableName name,
               Qualify(statement.target, context.options.default_schema));
    HEALIX_RETURN_IF_ERROR(resolver.AddName(name));
    query = "SELECT * FROM " + engine::QuoteName(name.schema) + "." + engine::QuoteName(name.name);
  } else {
    HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  }
  HEALIX_TRY(const auto columns, context.warehouse.parts().engine.Describe(resolver.Seal(), query));
  std::vector<ConstantRow> rows;
  for (const engine::ResultColumn& column : columns) rows.push_back({column.name, column.sql_type});
  return RunConstants(context, ConstantsSql({"column_name", "column_type"}, rows));
}

Result<StatementResult> RunShowTables(const StatementContext& context,
                                      const engine::ParsedStatement&) {
  HEALIX_TRY(const std::string tables, InformationSql(context.warehouse, "tables"));
  return RunConstants(context,
                      "SELECT table_schema AS \"schema\", table_name AS \"name\", "
                      "CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END AS kind "
                      "FROM (" +
                          tables + ") AS listed ORDER BY 1, 2");
}

}  // namespace healix::lakehouse::sql
