// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Visits the tables and functions of a parsed statement, at any depth.

#include <string>
#include <vector>

#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// Walks a parse tree and calls back for what reaches outside of it. Names of CTEs are told from
/// tables by the scoping rules of SQL. Subclasses may change what they are given.
/// Errors   throws (see ThrowError) with kSqlRefused for parts it does not know.
class TreeWalker {
 public:
  virtual ~TreeWalker() = default;

  void WalkQuery(duckdb::QueryNode& node);
  void WalkTable(duckdb::TableRef& table);
  void WalkExpression(duckdb::ParsedExpression& expression);

 protected:
  /// Called for each table or view that is not a CTE.
  virtual void OnTable(duckdb::BaseTableRef& table) = 0;
  virtual void OnTableFunction(const std::string& name, const duckdb::ParsedExpression& call) = 0;
  virtual void OnFunction(const std::string& name, const duckdb::ParsedExpression& call) = 0;
  /// Called for DESCRIBE, SHOW and SUMMARIZE; `show.query` is walked by the subclass if wanted.
  virtual void OnShow(duckdb::ShowRef& show) = 0;
  /// Called for each PIVOT before what is in it.
  virtual void OnPivot(duckdb::PivotRef&) {}

 private:
  void WalkSelect(duckdb::SelectNode& node);
  void WalkModifiers(duckdb::QueryNode& node);
  void WalkPivot(duckdb::PivotRef& pivot);
  void WalkTableFunction(duckdb::TableFunctionRef& function);
  void WalkOptional(duckdb::unique_ptr<duckdb::ParsedExpression>& expression);
  bool IsCte(const duckdb::BaseTableRef& table) const;

  std::vector<std::string> cte_names_;  // lower case, innermost last
};

}  // namespace healix::lakehouse::engine
