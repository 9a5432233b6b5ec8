// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Points the tables of a parsed query at the relations of a scope.

#include <optional>
#include <string>

#include "lakehouse/engine/scope.h"
#include "lakehouse/engine/tree_walk_internal.h"

namespace healix::lakehouse::engine {

/// Returns the name under which the catalogue knows a relation: unlike any name in SQL text where
/// the relation is one of the past.
std::string RelationKey(const std::string& name, const std::optional<std::string>& at);

/// Returns the normalised text of an AT clause, as in TimeTravel::text.
std::string TimeTravelText(duckdb::AtClause& at);

/// Rewrites references so that they name the catalogue of the scope in full. A name that the scope
/// lacks is kTableNotFound, a table function outside a short list is kSqlRefused (both thrown).
class ScopeResolver final : public TreeWalker {
 public:
  ScopeResolver(const Scope& scope, std::string default_schema)
      : scope_(scope), default_schema_(std::move(default_schema)) {}

 protected:
  void OnTable(duckdb::BaseTableRef& table) override;
  void OnTableFunction(const std::string& name, const duckdb::ParsedExpression& call) override;
  void OnFunction(const std::string& name, const duckdb::ParsedExpression& call) override;
  void OnShow(duckdb::ShowRef& show) override;

 private:
  const Scope& scope_;
  std::string default_schema_;
};

}  // namespace healix::lakehouse::engine
