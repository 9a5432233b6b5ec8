// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/tree_walk_internal.h"

namespace healix::lakehouse::engine {

using duckdb::ExpressionClass;
using duckdb::QueryNodeType;
using duckdb::StringUtil;
using duckdb::TableReferenceType;

void TreeWalker::WalkQuery(duckdb::QueryNode& node) {
  const std::size_t outer_names = cte_names_.size();
  for (auto& cte : node.cte_map.map) {
    // A CTE sees those before it, and itself where it is recursive.
    const bool recursive = cte.second->query->node->type == QueryNodeType::RECURSIVE_CTE_NODE;
    if (recursive) cte_names_.push_back(StringUtil::Lower(cte.first));
    WalkQuery(*cte.second->query->node);
    for (auto& key : cte.second->key_targets) WalkOptional(key);
    if (!recursive) cte_names_.push_back(StringUtil::Lower(cte.first));
  }
  switch (node.type) {
    case QueryNodeType::SELECT_NODE:
      WalkSelect(node.Cast<duckdb::SelectNode>());
      break;
    case QueryNodeType::SET_OPERATION_NODE:
      for (auto& child : node.Cast<duckdb::SetOperationNode>().children) WalkQuery(*child);
      break;
    case QueryNodeType::RECURSIVE_CTE_NODE: {
      auto& recursive = node.Cast<duckdb::RecursiveCTENode>();
      cte_names_.push_back(StringUtil::Lower(recursive.ctename));
      WalkQuery(*recursive.left);
      WalkQuery(*recursive.right);
      break;
    }
    case QueryNodeType::CTE_NODE: {
      auto& cte = node.Cast<duckdb::CTENode>();
      WalkQuery(*cte.query);
      cte_names_.push_back(StringUtil::Lower(cte.ctename));
      WalkQuery(*cte.child);
      break;
    }
    default:
      ThrowError(MakeError(ErrorCode::kSqlRefused, "a statement inside a query is not allowed"));
  }
  WalkModifiers(node);
  cte_names_.resize(outer_names);
}

void TreeWalker::WalkSelect(duckdb::SelectNode& node) {
  for (auto& column : node.select_list) WalkOptional(column);
  for (auto& group : node.groups.group_expressions) WalkOptional(group);
  WalkOptional(node.where_clause);
  WalkOptional(node.having);
  WalkOptional(node.qualify);
  if (node.from_table) WalkTable(*node.from_table);
}

void TreeWalker::WalkModifiers(duckdb::QueryNode& node) {
  duckdb::ParsedExpressionIterator::EnumerateQueryNodeModifiers(
      node, [this](duckdb::unique_ptr<duckdb::ParsedExpression>& child) { WalkOptional(child); });
}

void TreeWalker::WalkTable(duckdb::TableRef& table) {
  switch (table.type) {
    case TableReferenceType::BASE_TABLE: {
      auto& base = table.Cast<duckdb::BaseTableRef>();
      if (base.at_clause) WalkOptional(base.at_clause->ExpressionMutable());
      if (!IsCte(base)) OnTable(base);
      break;
    }
    case TableReferenceType::SUBQUERY:
      WalkQuery(*table.Cast<duckdb::SubqueryRef>().subquery->node);
      break;
    case TableReferenceType::JOIN: {
      auto& join = table.Cast<duckdb::JoinRef>();
      WalkTable(*join.left);
      WalkTable(*join.right);
      WalkOptional(join.condition);
      break;
    }
    case TableReferenceType::EXPRESSION_LIST:
      for (auto& row : table.Cast<duckdb::ExpressionListRef>().values) {
        for (auto& value : row) WalkOptional(value);
      }
      break;
    case TableReferenceType::TABLE_FUNCTION:
      WalkTableFunction(table.Cast<duckdb::TableFunctionRef>());
      break;
    case TableReferenceType::PIVOT:
      WalkPivot(table.Cast<duckdb::PivotRef>());
      break;
    case TableReferenceType::SHOW_REF:
      OnShow(table.Cast<duckdb::ShowRef>());
      break;
    case TableReferenceType::EMPTY_FROM:
      break;
    default:
      ThrowError(MakeError(ErrorCode::kSqlRefused, "a kind of table is not allowed here"));
  }
}

void TreeWalker::WalkPivot(duckdb::PivotRef& pivot) {
  OnPivot(pivot);
  WalkTable(*pivot.source);
  for (auto& aggregate : pivot.aggregates) WalkOptional(aggregate);
  for (auto& column : pivot.pivots) {
    for (auto& expression : column.pivot_expressions) WalkOptional(expression);
    for (auto& entry : column.entries) WalkOptional(entry.expr);
    if (column.subquery) WalkQuery(*column.subquery);
  }
}

void TreeWalker::WalkTableFunction(duckdb::TableFunctionRef& function) {
  if (function.function->GetExpressionClass() != ExpressionClass::FUNCTION) {
    ThrowError(MakeError(ErrorCode::kSqlRefused, "a table function must be called by its name"));
  }
  auto& call = function.function->Cast<duckdb::FunctionExpression>();
  OnTableFunction(StringUtil::Lower(call.function_name), call);
  for (auto& argument : call.children) WalkOptional(argument);
  if (function.subquery) WalkQuery(*function.subquery->node);
}

void TreeWalker::WalkOptional(duckdb::unique_ptr<duckdb::ParsedExpression>& expression) {
  if (expression) WalkExpression(*expression);
}

void TreeWalker::WalkExpression(duckdb::ParsedExpression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::SUBQUERY:
      WalkQuery(*expression.Cast<duckdb::SubqueryExpression>().subquery->node);
      break;
    case ExpressionClass::FUNCTION:
      OnFunction(StringUtil::Lower(expression.Cast<duckdb::FunctionExpression>().function_name),
                 expression);
      break;
    case ExpressionClass::WINDOW:
      OnFunction(StringUtil::Lower(expression.Cast<duckdb::WindowExpression>().function_name),
                 expression);
      break;
    default:
      break;
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [this](duckdb::ParsedExpression& child) { WalkExpression(child); });
}

bool TreeWalker::IsCte(const duckdb::BaseTableRef& table) const {
  if (!table.catalog_name.empty()) return false;
  if (!table.schema_name.empty() && table.schema_name != "recurring") return false;
  return std::find(cte_names_.begin(), cte_names_.end(), StringUtil::Lower(table.table_name)) !=
         cte_names_.end();
}

}  // namespace healix::lakehouse::engine
