// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"
#include "lakehouse/engine/scope_resolver_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::StringUtil;

// Table functions that make rows from their arguments alone.
constexpr std::array<std::string_view, 6> kPureTableFunctions = {
    "generate_series", "json_each", "json_tree", "range", "repeat", "unnest"};

// Scalar functions that reach outside of the statement.
constexpr std::array<std::string_view, 9> kForbiddenFunctions = {
    "current_setting", "getenv",      "getvariable", "nextval",  "currval",
    "query",           "query_table", "read_blob",   "read_text"};

Position At(const duckdb::optional_idx& location) {
  Position position;
  if (location.IsValid()) position.byte_offset = location.GetIndex();
  return position;
}

std::string Shown(const std::string& schema, const std::string& name) {
  return schema.empty() ? name : schema + "." + name;
}

}  // namespace

std::string RelationKey(const std::string& name, const std::optional<std::string>& at) {
  // A NUL can't stand in SQL text, so no user can name a relation of the past directly.
  return at ? StringUtil::Lower(name) + std::string(1, '\0') + *at : StringUtil::Lower(name);
}

std::string TimeTravelText(duckdb::AtClause& at) {
  return StringUtil::Lower(at.Unit()) + " => " + at.ExpressionMutable()->ToString();
}

void ScopeResolver::OnTable(duckdb::BaseTableRef& table) {
  std::optional<std::string> at;
  if (table.at_clause) at = TimeTravelText(*table.at_clause);
  const std::string& schema = table.schema_name.empty() ? default_schema_ : table.schema_name;
  const std::string key = RelationKey(table.table_name, at);
  const auto found =
      std::find_if(scope_.relations.begin(), scope_.relations.end(), [&](const Relation& relation) {
        return StringUtil::CIEquals(relation.schema_name, schema) &&
               RelationKey(relation.name, relation.at) == key;
      });
  const bool other_catalog =
      !table.catalog_name.empty() && table.catalog_name != std::string(kCatalogName);
  if (found == scope_.relations.end() || other_catalog) {
    ThrowError(MakeError(ErrorCode::kTableNotFound, "there is no table or view {}",
                         SafeName(Shown(table.schema_name, table.table_name)))
                   .At(At(table.query_location)));
  }
  table.catalog_name = kCatalogName;
  table.schema_name = found->schema_name;
  table.table_name = key;
  table.at_clause.reset();
}

void ScopeResolver::OnTableFunction(const std::string& name, const duckdb::ParsedExpression& call) {
  if (std::find(kPureTableFunctions.begin(), kPureTableFunctions.end(), name) !=
      kPureTableFunctions.end()) {
    return;
  }
  ThrowError(
      MakeError(ErrorCode::kSqlRefused, "the table function {} is not allowed", SafeName(name))
          .At(At(call.GetQueryLocation())));
}

void ScopeResolver::OnFunction(const std::string& name, const duckdb::ParsedExpression& call) {
  if (std::find(kForbiddenFunctions.begin(), kForbiddenFunctions.end(), name) ==
      kForbiddenFunctions.end()) {
    return;
  }
  ThrowError(MakeError(ErrorCode::kSqlRefused, "the function {} is not allowed", SafeName(name))
                 .At(At(call.GetQueryLocation())));
}

void ScopeResolver::OnShow(duckdb::ShowRef& show) {
  if (show.show_type == duckdb::ShowType::SUMMARY && show.query) {
    WalkQuery(*show.query);
    return;
  }
  ThrowError(MakeError(ErrorCode::kSqlRefused, "DESCRIBE and SHOW are not queries"));
}

}  // namespace healix::lakehouse::engine
