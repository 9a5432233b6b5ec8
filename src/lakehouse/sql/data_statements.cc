// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "lakehouse/sql/name_resolver_internal.h"
#include "lakehouse/sql/partition_text_internal.h"
#include "lakehouse/sql/statement_check_internal.h"
#include "lakehouse/sql/statements_internal.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/row_deletes.h"

namespace healix::lakehouse::sql {
namespace {

using engine::ParsedStatement;
using engine::QuoteName;
using tables::TableName;
using tables::TableSnapshot;

/// Returns names `c1`, `c2` … for the columns of a subquery.
std::vector<std::string> SourceNames(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i) names.push_back("c" + std::to_string(i));
  return names;
}

/// Says for each column of the table which column of the source fills it: an expression.
Result<std::vector<std::string>> MatchColumns(const iceberg::Schema& schema,
                                              const std::vector<std::string>& column_names,
                                              const std::vector<std::string>& sources) {
  const std::size_t expected = column_names.empty() ? schema.fields.size() : column_names.size();
  if (sources.size() != expected) {
    return MakeError(ErrorCode::kQueryFailed, "{} columns are expected, the query has {}", expected,
                     sources.size());
  }
  if (column_names.empty()) return sources;
  std::vector<std::string> expressions;
  std::set<std::string> used;
  for (const iceberg::Field& field : schema.fields) {
    std::string expression = "CAST(NULL AS " + engine::SqlTypeFromIceberg(field.type) + ")";
    for (std::size_t i = 0; i < column_names.size(); ++i) {
      if (FoldCase(column_names[i]) != FoldCase(field.name)) continue;
      if (!used.insert(FoldCase(column_names[i])).second) {
        return MakeError(ErrorCode::kQueryFailed, "column {} stands twice", SafeName(field.name));
      }
      expression = sources[i];
    }
    expressions.push_back(std::move(expression));
  }
  for (const std::string& name : column_names) {
    if (used.contains(FoldCase(name))) continue;
    return MakeError(ErrorCode::kColumnNotFound, "the table has no column {}", SafeName(name));
  }
  return expressions;
}

/// Returns the query of an INSERT with its columns in the order of the table.
Result<engine::SqlSource> InsertSource(const StatementContext& context,
                                       const ParsedStatement& statement,
                                       const iceberg::Schema& schema) {
  NameResolver resolver(context.warehouse, context.options.default_schema);
  HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  auto scope = resolver.Seal();
  HEALIX_TRY(const auto columns,
             context.warehouse.parts().engine.Describe(scope, statement.query_sql));
  const std::vector<std::string> sources = SourceNames(columns.size());
  std::vector<std::string> targets = statement.column_names;
  if (IsByName(statement)) {
    for (const engine::ResultColumn& column : columns) targets.push_back(column.name);
  }
  HEALIX_TRY(const auto expressions, MatchColumns(schema, targets, sources));
  return engine::SqlSource{std::move(scope), "SELECT " + JoinWithCommas(expressions) + " FROM (" +
                                                 statement.query_sql + ") AS source(" +
                                                 JoinWithCommas(sources) + ")"};
}

std::uint64_t RowsIn(const std::vector<iceberg::DataFile>& files) {
  std::uint64_t rows = 0;
  for (const iceberg::DataFile& file : files) rows += static_cast<std::uint64_t>(file.record_count);
  return rows;
}

StatementResult Changed(std::uint64_t rows) {
  StatementResult result;
  result.rows_changed = rows;
  return result;
}

/// Tells whether a failed commit certainly left nothing behind that names the new files.
bool IsCertainlyUndone(const Error& error) {
  return error.code() == ErrorCode::kCommitConflict || error.code() == ErrorCode::kTableExists;
}

/// Makes the schema of CREATE TABLE AS from the columns of its query.
Result<iceberg::Schema> SchemaOfQuery(const std::vector<engine::ResultColumn>& columns,
                                      const std::vector<std::string>& names) {
  if (names.size() > columns.size()) {
    return MakeError(ErrorCode::kQueryFailed, "more column names than columns");
  }
  iceberg::Schema schema;
  std::set<std::string> used;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string name = i < names.size() ? names[i] : columns[i].name;
    if (!columns[i].iceberg_type) {
      return MakeError(ErrorCode::kUnsupported, "a table can't hold column {} of type {}",
                       SafeName(name), SafeName(columns[i].sql_type));
    }
    if (!used.insert(FoldCase(name)).second) {
      return MakeError(ErrorCode::kSchemaChangeInvalid, "column {} stands twice", SafeName(name));
    }
    schema.fields.push_back({0, name, false, *columns[i].iceberg_type, {}, {}, {}});
  }
  return schema;
}

}  // namespace

Result<StatementResult> RunInsert(const StatementContext& context,
                                  const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  HEALIX_TRY(const TableSnapshot snapshot, context.warehouse.Load(name));
  HEALIX_TRY(engine::SqlSource source,
             InsertSource(context, statement, snapshot.metadata().CurrentSchema()));
  tables::DataFileWriter writer(context.warehouse);
  HEALIX_TRY(const auto files, writer.Write(tables::TargetOf(snapshot), std::move(source)));
  if (files.empty()) return Changed(0);
  tables::CommitRequest request;
  request.tables.push_back({name, snapshot, {tables::AppendFiles{files}}});
  const auto committed = CommitChange(context, {"insert", name}, std::move(request));
  if (committed) return Changed(RowsIn(files));
  if (IsCertainlyUndone(committed.error())) writer.Discard(files);
  return committed.error();
}

Result<StatementResult> RunCreateTableAs(const StatementContext& context,
                                         const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  HEALIX_TRY(const bool exists, Exists(context.warehouse, name));
  if (exists && statement.on_presence == engine::OnPresence::kIgnore) return Changed(0);
  if (statement.on_presence == engine::OnPresence::kReplace) {
    return Refused("CREATE OR REPLACE TABLE");
  }
  if (exists) {
    return MakeError(ErrorCode::kTableExists, "{} is already a table or view",
                     SafeName(ToString(name)));
  }
  NameResolver resolver(context.warehouse, context.options.default_schema);
  HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  auto scope = resolver.Seal();
  HEALIX_TRY(const auto columns,
             context.warehouse.parts().engine.Describe(scope, statement.query_sql));
  tables::NewTableLayout layout;
  HEALIX_TRY(layout.schema, SchemaOfQuery(columns, statement.column_names));
  HEALIX_TRY(layout.partitioning, ParsePartitioning(statement.partition_by));
  HEALIX_TRY(tables::TablePlan plan, context.warehouse.PlanTable(name, layout));
  tables::DataFileWriter writer(context.warehouse);
  HEALIX_TRY(const auto files,
             writer.Write(tables::TargetOf(plan),
                          engine::SqlSource{std::move(scope), statement.query_sql}));
  tables::CommitRequest request;
  request.tables.push_back(
      {name, std::nullopt, {tables::CreateTable{std::move(plan)}, tables::AppendFiles{files}}});
  const auto committed = CommitChange(context, {"create_table", name}, std::move(request));
  if (committed) return Changed(RowsIn(files));
  if (IsCertainlyUndone(committed.error())) writer.Discard(files);
  return committed.error();
}

namespace {

Result<tables::PlannedDelete> PlanDelete(const StatementContext& context,
                                         const ParsedStatement& statement, const TableName& name,
                                         const TableSnapshot& snapshot) {
  tables::RowDeleter deleter(context.warehouse);
  if (statement.where_sql.empty()) return deleter.PlanAll(snapshot);
  NameResolver resolver(context.warehouse, context.options.default_schema);
  resolver.Pin(snapshot);
  HEALIX_RETURN_IF_ERROR(resolver.AddName(name));
  HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  const auto scope = resolver.Seal();
  const auto& table =  // what was added first
      *std::get<std::shared_ptr<const engine::ScanTable>>(scope->relations.front().content);
  const engine::RowPlace place = engine::PlaceColumns(table.schema);
  return deleter.Plan(snapshot, {scope, "SELECT " + place.file + ", " + place.position + " FROM " +
                                            QuoteName(name.schema) + "." + QuoteName(name.name) +
                                            " WHERE " + statement.where_sql});
}

Result<StatementResult> DeleteOnce(const StatementContext& context,
                                   const ParsedStatement& statement, const TableName& name) {
  HEALIX_TRY(const TableSnapshot snapshot, context.warehouse.Load(name));
  HEALIX_TRY(const tables::PlannedDelete planned, PlanDelete(context, statement, name, snapshot));
  if (planned.rows_deleted == 0) return Changed(0);
  tables::CommitRequest request;
  request.tables.push_back({name, snapshot, {planned.operation}});
  const auto committed = CommitChange(context, {"delete", name}, std::move(request));
  if (committed) return Changed(planned.rows_deleted);
  if (IsCertainlyUndone(committed.error())) {
    tables::RowDeleter(context.warehouse).Discard(planned);
  }
  return committed.error();
}

}  // namespace

Result<StatementResult> RunDelete(const StatementContext& context,
                                  const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  return RetryConflicts(context, [&] { return DeleteOnce(context, statement, name); });
}

}  // namespace healix::lakehouse::sql
