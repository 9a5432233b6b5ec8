// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "lakehouse/sql/name_resolver_internal.h"
#include "lakehouse/sql/partition_text_internal.h"
#include "lakehouse/sql/statement_check_internal.h"
#include "lakehouse/sql/statements_internal.h"

namespace healix::lakehouse::sql {
namespace {

using engine::AlterTable;
using engine::OnPresence;
using engine::ParsedStatement;
using tables::TableName;
using tables::TableSnapshot;

Result<iceberg::Schema> SchemaOf(const std::vector<engine::ColumnDefinition>& columns) {
  iceberg::Schema schema;
  std::set<std::string> used;
  for (const engine::ColumnDefinition& column : columns) {
    if (column.default_sql) return Refused("DEFAULT");
    if (!column.iceberg_type) {
      return MakeError(ErrorCode::kUnsupported, "a table can't hold column {} of type {}",
                       SafeName(column.name), SafeName(column.sql_type));
    }
    if (!used.insert(FoldCase(column.name)).second) {
      return MakeError(ErrorCode::kSchemaChangeInvalid, "column {} stands twice",
                       SafeName(column.name));
    }
    schema.fields.push_back({0, column.name, column.required, *column.iceberg_type, {}, {}, {}});
  }
  return schema;
}

/// Returns the dotted path as the schema spells it; names compare without case.
Result<std::string> SpelledPath(const iceberg::Schema& schema,
                                const std::vector<std::string>& path) {
  const std::vector<iceberg::Field>* fields = &schema.fields;
  std::string spelled;
  for (const std::string& part : path) {
    const iceberg::Field* found = nullptr;
    for (const iceberg::Field& field : *fields) {
      if (FoldCase(field.name) == FoldCase(part)) found = &field;
    }
    if (found == nullptr) {
      return MakeError(ErrorCode::kColumnNotFound, "the table has no column {}", SafeName(part));
    }
    spelled += (spelled.empty() ? "" : ".") + found->name;
    fields = &found->type.fields;
  }
  return spelled;
}

bool HasColumn(const iceberg::Schema& schema, std::vector<std::string> path,
               const std::string& name) {
  path.push_back(name);
  return SpelledPath(schema, path).has_value();
}

Result<iceberg::SchemaChange> AddColumnChange(const iceberg::Schema& schema,
                                              const AlterTable& alter) {
  const engine::ColumnDefinition& column = alter.column;
  if (column.required) return Refused("adding a column with NOT NULL");
  if (column.default_sql) return Refused("adding a column with DEFAULT");
  if (!column.iceberg_type) {
    return MakeError(ErrorCode::kUnsupported, "a table can't hold column {} of type {}",
                     SafeName(column.name), SafeName(column.sql_type));
  }
  if (HasColumn(schema, alter.path, column.name)) {
    return MakeError(ErrorCode::kSchemaChangeInvalid, "column {} is already there",
                     SafeName(column.name));
  }
  HEALIX_TRY(std::string parent, SpelledPath(schema, alter.path));
  return iceberg::SchemaChange(
      iceberg::AddColumn{std::move(parent), column.name, *column.iceberg_type, "", std::nullopt});
}

Result<iceberg::SchemaChange> SchemaChangeOf(const iceberg::Schema& schema,
                                             const AlterTable& alter) {
  if (alter.action == AlterTable::Action::kAddColumn) return AddColumnChange(schema, alter);
  HEALIX_TRY(std::string path, SpelledPath(schema, alter.path));
  switch (alter.action) {
    case AlterTable::Action::kDropColumn:
      return iceberg::SchemaChange(iceberg::DropColumn{std::move(path)});
    case AlterTable::Action::kRenameColumn:
      return iceberg::SchemaChange(iceberg::RenameColumn{std::move(path), alter.new_name});
    case AlterTable::Action::kChangeType: {
      HEALIX_TRY(iceberg::Type type, engine::IcebergTypeFromSql(alter.column.sql_type));
      return iceberg::SchemaChange(iceberg::WidenColumn{std::move(path), std::move(type)});
    }
    case AlterTable::Action::kDropNotNull:
      return iceberg::SchemaChange(iceberg::MakeOptional{std::move(path)});
    default:
      return Refused("ALTER TABLE " + alter.action_name);
  }
}

/// Tells whether IF [NOT] EXISTS makes the change empty.
bool IsAlreadySo(const iceberg::Schema& schema, const ParsedStatement& statement) {
  if (statement.on_presence != OnPresence::kIgnore) return false;
  const AlterTable& alter = *statement.alter;
  if (alter.action == AlterTable::Action::kAddColumn) {
    return HasColumn(schema, alter.path, alter.column.name);
  }
  return alter.action == AlterTable::Action::kDropColumn && !SpelledPath(schema, alter.path);
}

Result<tables::Operation> OperationOf(const TableSnapshot& snapshot,
                                      const ParsedStatement& statement) {
  const AlterTable& alter = *statement.alter;
  if (alter.action == AlterTable::Action::kSetPartitioning) {
    HEALIX_TRY(auto fields, ParsePartitioning(statement.partition_by));
    return tables::Operation(tables::ChangePartitioning{std::move(fields)});
  }
  if (alter.action == AlterTable::Action::kRenameTable) {
    TableName renamed{snapshot.name().schema, FoldCase(alter.new_name)};
    HEALIX_RETURN_IF_ERROR(tables::Validate(renamed));
    return tables::Operation(tables::RenameTable{std::move(renamed)});
  }
  HEALIX_TRY(auto change, SchemaChangeOf(snapshot.metadata().CurrentSchema(), alter));
  return tables::Operation(tables::ChangeSchema{{std::move(change)}});
}

Result<StatementResult> AlterOnce(const StatementContext& context, const ParsedStatement& statement,
                                  const TableName& name) {
  HEALIX_TRY(TableSnapshot snapshot, context.warehouse.Load(name));
  if (IsAlreadySo(snapshot.metadata().CurrentSchema(), statement)) return StatementResult();
  HEALIX_TRY(tables::Operation operation, OperationOf(snapshot, statement));
  tables::CommitRequest request;
  request.tables.push_back({name, std::move(snapshot), {std::move(operation)}});
  const auto committed = CommitChange(context, {"alter_table", name}, std::move(request));
  if (!committed) return committed.error();
  return StatementResult();
}

Result<StatementResult> ChangeView(const StatementContext& context, const char* operation,
                                   tables::ViewChange change) {
  const Change noted{operation, change.view.name};
  tables::CommitRequest request;
  request.views.push_back(std::move(change));
  const auto committed = CommitChange(context, noted, std::move(request));
  if (!committed) return committed.error();
  return StatementResult();
}

}  // namespace

Result<StatementResult> RunCreateTable(const StatementContext& context,
                                       const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  if (statement.on_presence == OnPresence::kReplace) return Refused("CREATE OR REPLACE TABLE");
  if (statement.on_presence == OnPresence::kIgnore) {
    HEALIX_TRY(const bool exists, Exists(context.warehouse, name));
    if (exists) return StatementResult();
  }
  tables::NewTableLayout layout;
  HEALIX_TRY(layout.schema, SchemaOf(statement.columns));
  HEALIX_TRY(layout.partitioning, ParsePartitioning(statement.partition_by));
  HEALIX_TRY(tables::TablePlan plan, context.warehouse.PlanTable(name, layout));
  tables::CommitRequest request;
  request.tables.push_back({name, std::nullopt, {tables::CreateTable{std::move(plan)}}});
  const auto committed = CommitChange(context, {"create_table", name}, std::move(request));
  if (!committed) return committed.error();
  return StatementResult();
}

Result<StatementResult> RunAlterTable(const StatementContext& context,
                                      const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  if (!statement.alter || statement.alter->action == AlterTable::Action::kOther) {
    return Refused("ALTER TABLE " + (statement.alter ? statement.alter->action_name : ""));
  }
  return RetryConflicts(context, [&] { return AlterOnce(context, statement, name); });
}

Result<StatementResult> RunDropTable(const StatementContext& context,
                                     const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  return RetryConflicts(context, [&]() -> Result<StatementResult> {
    auto snapshot = context.warehouse.Load(name);
    if (!snapshot) {
      const bool is_absent = snapshot.error().code() == ErrorCode::kTableNotFound;
      if (is_absent && statement.on_presence == OnPresence::kIgnore) return StatementResult();
      return snapshot.error();
    }
    tables::CommitRequest request;
    request.tables.push_back({name, std::move(*snapshot), {tables::DropTable{}}});
    const auto committed = CommitChange(context, {"drop_table", name}, std::move(request));
    if (!committed) return committed.error();
    return StatementResult();
  });
}

Result<StatementResult> RunCreateView(const StatementContext& context,
                                      const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  if (statement.on_presence == OnPresence::kIgnore) {
    HEALIX_TRY(const bool exists, Exists(context.warehouse, name));
    if (exists) return StatementResult();
  }
  NameResolver resolver(context.warehouse, context.options.default_schema);
  HEALIX_RETURN_IF_ERROR(resolver.Add(statement));
  if (resolver.views().contains(name)) {
    return Refused("the view " + ToString(name) + ", which would use itself,");
  }
  HEALIX_TRY(const auto columns,
             context.warehouse.parts().engine.Describe(resolver.Seal(), statement.query_sql));
  if (statement.column_names.size() > columns.size()) {
    return MakeError(ErrorCode::kQueryFailed, "more column names than columns");
  }
  tables::ViewChange change;
  change.action = statement.on_presence == OnPresence::kReplace
                      ? tables::ViewChange::Action::kCreateOrReplace
                      : tables::ViewChange::Action::kCreate;
  change.view = {name, statement.query_sql, context.options.default_schema, statement.column_names,
                 ""};
  return ChangeView(context, "create_view", std::move(change));
}

Result<StatementResult> RunDropView(const StatementContext& context,
                                    const ParsedStatement& statement) {
  HEALIX_TRY(const TableName name, QualifyTarget(statement.target, context.options.default_schema));
  if (statement.on_presence == OnPresence::kIgnore) {
    const auto view = context.warehouse.LoadView(name);
    if (!view && view.error().code() == ErrorCode::kTableNotFound) return StatementResult();
  }
  tables::ViewChange change;
  change.action = tables::ViewChange::Action::kDrop;
  change.view.name = name;
  return ChangeView(context, "drop_view", std::move(change));
}

}  // namespace healix::lakehouse::sql
