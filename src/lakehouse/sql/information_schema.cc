// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "lakehouse/sql/information_schema_internal.h"
#include "lakehouse/sql/name_resolver_internal.h"

namespace healix::lakehouse::sql {
namespace {

using tables::TableName;
using tables::ViewDefinition;
using tables::Warehouse;

constexpr const char* kCatalog = "healix";

std::string Literal(const std::optional<std::string>& text) {
  if (!text) return "NULL";
  std::string quoted = "'";
  for (const char c : *text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

/// A table or view and which of the two it is.
struct NamedRelation {
  TableName name;
  bool is_view = false;
};

Result<std::vector<NamedRelation>> ListRelations(Warehouse& warehouse) {
  std::vector<NamedRelation> relations;
  HEALIX_TRY(const auto found_tables, warehouse.ListTables());
  for (const tables::TableEntry& table : found_tables) relations.push_back({table.name, false});
  HEALIX_TRY(const auto views, warehouse.ListViews());
  for (const ViewDefinition& view : views) relations.push_back({view.name, true});
  return relations;
}

Result<std::string> Schemata(Warehouse& warehouse) {
  std::set<std::string> schemas = {"information_schema", "main", "raw"};
  HEALIX_TRY(const auto relations, ListRelations(warehouse));
  for (const NamedRelation& relation : relations) schemas.insert(relation.name.schema);
  std::vector<ConstantRow> rows;
  for (const std::string& schema : schemas) rows.push_back({kCatalog, schema});
  return ConstantsSql({"catalog_name", "schema_name"}, rows);
}

Result<std::string> Tables(Warehouse& warehouse) {
  std::vector<ConstantRow> rows;
  HEALIX_TRY(const auto relations, ListRelations(warehouse));
  for (const NamedRelation& relation : relations) {
    rows.push_back({kCatalog, relation.name.schema, relation.name.name,
                    relation.is_view ? "VIEW" : "BASE TABLE"});
  }
  return ConstantsSql({"table_catalog", "table_schema", "table_name", "table_type"}, rows);
}

Result<std::string> Views(Warehouse& warehouse) {
  std::vector<ConstantRow> rows;
  HEALIX_TRY(const auto views, warehouse.ListViews());
  for (const ViewDefinition& view : views) {
    rows.push_back({kCatalog, view.name.schema, view.name.name, view.sql});
  }
  return ConstantsSql({"table_catalog", "table_schema", "table_name", "view_definition"}, rows);
}

Result<std::string> Columns(Warehouse& warehouse) {
  std::vector<ConstantRow> rows;
  HEALIX_TRY(const auto relations, ListRelations(warehouse));
  for (const NamedRelation& relation : relations) {
    const auto columns = DescribeRelation(warehouse, relation.name);
    if (!columns) continue;  // dropped meanwhile, or a view over a table that is gone
    int position = 1;
    for (const engine::ResultColumn& column : *columns) {
      rows.push_back({kCatalog, relation.name.schema, relation.name.name, column.name,
                      std::to_string(position++), column.sql_type});
    }
  }
  const std::string text = ConstantsSql(
      {"table_catalog", "table_schema", "table_name", "column_name", "position", "data_type"},
      rows);
  return "SELECT table_catalog, table_schema, table_name, column_name, "
         "CAST(position AS INTEGER) AS ordinal_position, data_type FROM (" +
         text + ") AS listed";
}

}  // namespace

std::string ConstantsSql(const std::vector<std::string>& columns,
                         const std::vector<ConstantRow>& rows) {
  std::string select = "SELECT ";
  for (const std::string& column : columns) {
    if (&column != &columns.front()) select += ", ";
    select += "CAST(" + engine::QuoteName(column) + " AS VARCHAR) AS " + engine::QuoteName(column);
  }
  std::string values;
  std::vector<ConstantRow> shown = rows;
  if (shown.empty()) shown.emplace_back(columns.size());
  for (const ConstantRow& row : shown) {
    values += values.empty() ? "(" : ", (";
    for (std::size_t i = 0; i < row.size(); ++i) values += (i == 0 ? "" : ", ") + Literal(row[i]);
    values += ")";
  }
  std::string names;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + engine::QuoteName(column);
  }
  return select + " FROM (VALUES " + values + ") AS listed(" + names + ")" +
         (rows.empty() ? " WHERE 1 = 0" : "");
}

Result<std::vector<engine::ResultColumn>> DescribeRelation(Warehouse& warehouse,
                                                           const TableName& name) {
  NameResolver resolver(warehouse, name.schema);
  HEALIX_RETURN_IF_ERROR(resolver.AddName(name));
  return warehouse.parts().engine.Describe(
      resolver.Seal(),
      "SELECT * FROM " + engine::QuoteName(name.schema) + "." + engine::QuoteName(name.name));
}

Result<std::string> InformationSql(Warehouse& warehouse, std::string_view name) {
  if (name == "schemata") return Schemata(warehouse);
  if (name == "tables") return Tables(warehouse);
  if (name == "views") return Views(warehouse);
  if (name == "columns") return Columns(warehouse);
  return MakeError(ErrorCode::kTableNotFound, "there is no information_schema.{}", SafeName(name));
}

}  // namespace healix::lakehouse::sql
