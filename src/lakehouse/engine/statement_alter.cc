// SPDX-License-Identifier: Apache-2.0
#include <duckdb/parser/constraints/list.hpp>
#include <duckdb/parser/parsed_data/alter_table_info.hpp>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/statement_parts_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using Action = AlterTable::Action;
using duckdb::AlterTableType;

OnPresence PresenceFrom(duckdb::OnCreateConflict conflict) {
  switch (conflict) {
    case duckdb::OnCreateConflict::IGNORE_ON_CONFLICT:
      return OnPresence::kIgnore;
    case duckdb::OnCreateConflict::REPLACE_ON_CONFLICT:
      return OnPresence::kReplace;
    default:
      return OnPresence::kFail;
  }
}

void FillConstraints(const duckdb::CreateTableInfo& table, ParsedStatement& statement) {
  for (const auto& constraint : table.constraints) {
    switch (constraint->type) {
      case duckdb::ConstraintType::NOT_NULL: {
        const auto index = constraint->Cast<duckdb::NotNullConstraint>().index.index;
        if (index < statement.columns.size()) statement.columns[index].required = true;
        break;
      }
      case duckdb::ConstraintType::CHECK:
        statement.unsupported_parts.emplace_back("CHECK");
        break;
      case duckdb::ConstraintType::UNIQUE: {
        const bool primary = constraint->Cast<duckdb::UniqueConstraint>().is_primary_key;
        statement.unsupported_parts.emplace_back(primary ? "PRIMARY KEY" : "UNIQUE");
        break;
      }
      default:
        statement.unsupported_parts.emplace_back("FOREIGN KEY");
    }
  }
}

void FillCreateTable(const duckdb::CreateTableInfo& table, ParsedStatement& statement) {
  statement.kind = table.query ? StatementKind::kCreateTableAs : StatementKind::kCreateTable;
  statement.target = {table.catalog, table.schema, table.table};
  for (const duckdb::ColumnDefinition& column : table.columns.Logical()) {
    if (table.query) {
      statement.column_names.push_back(column.Name());
    } else {
      statement.columns.push_back(ColumnFrom(column, statement.unsupported_parts));
    }
  }
  FillConstraints(table, statement);
  if (table.query) statement.query_sql = table.query->ToString();
  for (const auto& key : table.partition_keys) statement.partition_by.push_back(key->ToString());
  if (!table.sort_keys.empty()) statement.unsupported_parts.emplace_back("SORTED BY");
  if (!table.options.empty()) statement.unsupported_parts.emplace_back("WITH");
}

void FillCreateView(const duckdb::CreateViewInfo& view, ParsedStatement& statement) {
  statement.kind = StatementKind::kCreateView;
  statement.target = {view.catalog, view.schema, view.view_name};
  statement.column_names.assign(view.aliases.begin(), view.aliases.end());
  statement.query_sql = view.query->ToString();
}

// Tells whether the values of a column are to be cast, as they are without USING.
bool IsPlainCast(const duckdb::ChangeColumnTypeInfo& change) {
  if (!change.expression) return true;
  if (change.expression->GetExpressionClass() != duckdb::ExpressionClass::CAST) return false;
  const auto& cast = change.expression->Cast<duckdb::CastExpression>();
  return cast.child->GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF &&
         cast.child->Cast<duckdb::ColumnRefExpression>().GetColumnName() == change.column_name &&
         cast.cast_type == change.target_type;
}

// Changes of columns; false when `info` is no such change.
bool FillColumnChange(const duckdb::AlterTableInfo& info, ParsedStatement& statement) {
  AlterTable& alter = *statement.alter;
  switch (info.alter_table_type) {
    case AlterTableType::ADD_COLUMN: {
      const auto& add = static_cast<const duckdb::AddColumnInfo&>(info);
      alter.action = Action::kAddColumn;
      alter.column = ColumnFrom(add.new_column, statement.unsupported_parts);
      if (add.if_column_not_exists) statement.on_presence = OnPresence::kIgnore;
      return true;
    }
    case AlterTableType::REMOVE_COLUMN: {
      const auto& remove = static_cast<const duckdb::RemoveColumnInfo&>(info);
      alter.action = Action::kDropColumn;
      alter.path = {remove.removed_column};
      if (remove.if_column_exists) statement.on_presence = OnPresence::kIgnore;
      return true;
    }
    case AlterTableType::RENAME_COLUMN: {
      const auto& rename = static_cast<const duckdb::RenameColumnInfo&>(info);
      alter.action = Action::kRenameColumn;
      alter.path = {rename.old_name};
      alter.new_name = rename.new_name;
      return true;
    }
    case AlterTableType::ALTER_COLUMN_TYPE: {
      const auto& change = static_cast<const duckdb::ChangeColumnTypeInfo&>(info);
      alter.action = Action::kChangeType;
      alter.path = {change.column_name};
      if (!IsPlainCast(change)) statement.unsupported_parts.emplace_back("USING");
      const duckdb::LogicalType type = BuiltInType(change.target_type);
      alter.column.name = change.column_name;
      alter.column.sql_type = type.ToString();
      alter.column.iceberg_type = IcebergTypeFrom(type);
      return true;
    }
    case AlterTableType::SET_NOT_NULL:
      alter.action = Action::kSetNotNull;
      alter.path = {static_cast<const duckdb::SetNotNullInfo&>(info).column_name};
      return true;
    case AlterTableType::DROP_NOT_NULL:
      alter.action = Action::kDropNotNull;
      alter.path = {static_cast<const duckdb::DropNotNullInfo&>(info).column_name};
      return true;
    default:
      return false;
  }
}

// Changes of fields inside structs and of the table itself.
bool FillFieldChange(const duckdb::AlterTableInfo& info, ParsedStatement& statement) {
  AlterTable& alter = *statement.alter;
  switch (info.alter_table_type) {
    case AlterTableType::ADD_FIELD: {
      const auto& add = static_cast<const duckdb::AddFieldInfo&>(info);
      alter.action = Action::kAddColumn;
      alter.path.assign(add.column_path.begin(), add.column_path.end());
      alter.column = ColumnFrom(add.new_field, statement.unsupported_parts);
      if (add.if_field_not_exists) statement.on_presence = OnPresence::kIgnore;
      return true;
    }
    case AlterTableType::REMOVE_FIELD: {
      const auto& remove = static_cast<const duckdb::RemoveFieldInfo&>(info);
      alter.action = Action::kDropColumn;
      alter.path.assign(remove.column_path.begin(), remove.column_path.end());
      if (remove.if_column_exists) statement.on_presence = OnPresence::kIgnore;
      return true;
    }
    case AlterTableType::RENAME_FIELD: {
      const auto& rename = static_cast<const duckdb::RenameFieldInfo&>(info);
      alter.action = Action::kRenameColumn;
      alter.path.assign(rename.column_path.begin(), rename.column_path.end());
      alter.new_name = rename.new_name;
      return true;
    }
    case AlterTableType::SET_PARTITIONED_BY:
      alter.action = Action::kSetPartitioning;
      for (const auto& key :
           static_cast<const duckdb::SetPartitionedByInfo&>(info).partition_keys) {
        statement.partition_by.push_back(key->ToString());
      }
      return true;
    case AlterTableType::RENAME_TABLE:
      alter.action = Action::kRenameTable;
      alter.new_name = static_cast<const duckdb::RenameTableInfo&>(info).new_table_name;
      return true;
    default:
      return false;
  }
}

}  // namespace

duckdb::LogicalType BuiltInType(const duckdb::LogicalType& parsed) {
  if (parsed.id() != duckdb::LogicalTypeId::UNBOUND) return parsed;
  duckdb::LogicalType bound = duckdb::UnboundType::TryDefaultBind(parsed);
  if (bound.id() == duckdb::LogicalTypeId::INVALID ||
      bound.id() == duckdb::LogicalTypeId::UNBOUND) {
    ThrowError(
        MakeError(ErrorCode::kUnsupported, "there is no type {}", SafeName(parsed.ToString())));
  }
  return bound;
}

ColumnDefinition ColumnFrom(const duckdb::ColumnDefinition& column,
                            std::vector<std::string>& unsupported_parts) {
  const duckdb::LogicalType type = BuiltInType(column.Type());
  ColumnDefinition result;
  result.name = column.Name();
  result.sql_type = type.ToString();
  result.iceberg_type = IcebergTypeFrom(type);
  if (column.Generated()) {
    unsupported_parts.emplace_back("GENERATED");
  } else if (column.HasDefaultValue()) {
    result.default_sql = column.DefaultValue().ToString();
  }
  return result;
}

void FillCreate(duckdb::CreateInfo& info, ParsedStatement& statement) {
  statement.on_presence = PresenceFrom(info.on_conflict);
  if (info.temporary) statement.unsupported_parts.emplace_back("TEMPORARY");
  if (info.type == duckdb::CatalogType::TABLE_ENTRY) {
    FillCreateTable(info.Cast<duckdb::CreateTableInfo>(), statement);
  } else if (info.type == duckdb::CatalogType::VIEW_ENTRY) {
    FillCreateView(info.Cast<duckdb::CreateViewInfo>(), statement);
  } else {
    statement.kind_name =
        "CREATE " + duckdb::StringUtil::Upper(duckdb::CatalogTypeToString(info.type));
  }
}

void FillAlter(const duckdb::AlterInfo& info, ParsedStatement& statement) {
  statement.target = {info.catalog, info.schema, info.name};
  if (info.type != duckdb::AlterType::ALTER_TABLE) return;
  statement.kind = StatementKind::kAlterTable;
  if (info.if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) {
    statement.on_presence = OnPresence::kIgnore;
  }
  const auto& change = static_cast<const duckdb::AlterTableInfo&>(info);
  statement.alter.emplace();
  statement.alter->action_name = duckdb::EnumUtil::ToString(change.alter_table_type);
  if (!FillColumnChange(change, statement)) FillFieldChange(change, statement);
}

}  // namespace healix::lakehouse::engine
