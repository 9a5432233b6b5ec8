// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/catalog_rows_internal.h"

namespace healix::lakehouse::tables {
namespace {

using storage::records::Reader;
using storage::records::Row;
using storage::records::Rows;
using storage::records::Transaction;
using storage::records::Value;

constexpr std::string_view kTableColumns =
    "SELECT p.uuid, p.schema_name, p.name, p.version, p.metadata_location, p.dropped_at "
    "FROM table_pointers p ";

std::string Select(std::string_view rest) { return std::string(kTableColumns) + std::string(rest); }

TableEntry TableOf(const Row& row) {
  TableEntry table{row.Text(0), {row.Text(1), row.Text(2)}, row.Int(3), row.Text(4), {}};
  if (!row.IsNull(5)) table.dropped_at = base::FromMicros(row.Int(5));
  return table;
}

Result<std::optional<TableEntry>> First(Reader& reader, const std::string& sql,
                                        const std::vector<Value>& parameters) {
  HEALIX_TRY(const auto row, reader.QueryFirst(sql, parameters));
  if (!row) return std::optional<TableEntry>();
  return std::optional(TableOf(*row));
}

Value DroppedAt(const TableEntry& table) {
  return table.dropped_at ? Value(base::ToMicros(*table.dropped_at)) : Value();
}

Status TakeName(Transaction& transaction, const TableName& name, const Value& table_uuid) {
  const auto inserted = transaction.Execute(
      "INSERT INTO relation_names (schema_name, name, table_uuid) "
      "VALUES (?, ?, ?) ON CONFLICT (schema_name, name) DO NOTHING",
      {name.schema, name.name, table_uuid});
  if (!inserted) return inserted.error();
  if (*inserted == 0) {
    return MakeError(ErrorCode::kTableExists, "{} is already a table or view",
                     SafeName(ToString(name)));
  }
  return {};
}

Status FreeName(Transaction& transaction, const TableName& name) {
  const auto freed = transaction.Execute(
      "DELETE FROM relation_names WHERE schema_name = ? AND name = ?", {name.schema, name.name});
  return freed ? Status() : Status(freed.error());
}

}  // namespace

Result<std::optional<TableEntry>> FindTable(Reader& reader, const TableName& name) {
  return First(reader,
               Select("JOIN relation_names n ON n.table_uuid = p.uuid "
                      "WHERE n.schema_name = ? AND n.name = ?"),
               {name.schema, name.name});
}

Result<std::optional<TableEntry>> FindTableByUuid(Reader& reader, const std::string& uuid) {
  return First(reader, Select("WHERE p.uuid = ?"), {uuid});
}

Result<std::vector<TableEntry>> ListTableRows(Reader& reader, Listing listing) {
  const std::string sql = Select(listing == Listing::kLive
                                     ? "WHERE p.dropped_at IS NULL ORDER BY p.schema_name, p.name"
                                     : "WHERE p.dropped_at IS NOT NULL "
                                       "ORDER BY p.schema_name, p.name, p.dropped_at DESC, p.uuid");
  HEALIX_TRY(const Rows rows, reader.Query(sql));
  std::vector<TableEntry> tables;
  tables.reserve(rows.size());
  for (const Row& row : rows) tables.push_back(TableOf(row));
  return tables;
}

Status InsertTable(Transaction& transaction, const TableEntry& table) {
  HEALIX_RETURN_IF_ERROR(TakeName(transaction, table.name, table.uuid));
  const auto inserted = transaction.Execute(
      "INSERT INTO table_pointers (uuid, schema_name, name, version, metadata_location, "
      "dropped_at) VALUES (?, ?, ?, ?, ?, ?)",
      {table.uuid, table.name.schema, table.name.name, table.version, table.metadata_location,
       DroppedAt(table)});
  return inserted ? Status() : Status(inserted.error());
}

Status SwapTable(Transaction& transaction, const TableEntry& from, const TableEntry& to) {
  const auto swapped = transaction.Execute(
      "UPDATE table_pointers SET schema_name = ?, name = ?, version = ?, metadata_location = ?, "
      "dropped_at = ? WHERE uuid = ? AND version = ?",
      {to.name.schema, to.name.name, to.version, to.metadata_location, DroppedAt(to), from.uuid,
       from.version});
  if (!swapped) return swapped.error();
  if (*swapped == 0) {
    return MakeError(ErrorCode::kCommitConflict, "another commit on {} came first",
                     SafeName(ToString(from.name)));
  }
  const bool was_live = !from.dropped_at;
  const bool is_live = !to.dropped_at;
  const bool renamed = from.name != to.name;
  if (was_live && (!is_live || renamed)) HEALIX_RETURN_IF_ERROR(FreeName(transaction, from.name));
  if (is_live && (!was_live || renamed)) return TakeName(transaction, to.name, to.uuid);
  return {};
}

Status DeleteTable(Transaction& transaction, const std::string& uuid) {
  const auto deleted = transaction.Execute(
      "DELETE FROM table_pointers WHERE uuid = ? AND dropped_at IS NOT NULL", {uuid});
  return deleted ? Status() : Status(deleted.error());
}

Status InsertEvent(Transaction& transaction, const TableEvent& event) {
  const auto inserted = transaction.Execute(
      "INSERT INTO table_events (table_uuid, schema_name, name, snapshot_id, operation, "
      "committed_at) VALUES (?, ?, ?, ?, ?, ?)",
      {event.table_uuid, event.name.schema, event.name.name,
       event.snapshot_id ? Value(*event.snapshot_id) : Value(), event.operation,
       base::ToMicros(event.committed_at)});
  return inserted ? Status() : Status(inserted.error());
}

Result<std::vector<TableEvent>> ReadEvents(Reader& reader, std::int64_t after_sequence,
                                           std::size_t limit) {
  HEALIX_TRY(const Rows rows,
             reader.Query("SELECT sequence, table_uuid, schema_name, name, snapshot_id, operation, "
                          "committed_at FROM table_events WHERE sequence > ? "
                          "ORDER BY sequence LIMIT ?",
                          {after_sequence, static_cast<std::int64_t>(limit)}));
  std::vector<TableEvent> events;
  events.reserve(rows.size());
  for (const Row& row : rows) {
    events.push_back({.sequence = row.Int(0),
                      .table_uuid = row.Text(1),
                      .name = {row.Text(2), row.Text(3)},
                      .snapshot_id = row.IsNull(4) ? std::nullopt : std::optional(row.Int(4)),
                      .operation = row.Text(5),
                      .committed_at = base::FromMicros(row.Int(6))});
  }
  return events;
}

namespace {

Status DeleteViewRows(Transaction& transaction, const TableName& name) {
  const std::vector<Value> key = {name.schema, name.name};
  const auto columns =
      transaction.Execute("DELETE FROM view_columns WHERE schema_name = ? AND name = ?", key);
  if (!columns) return columns.error();
  const auto views =
      transaction.Execute("DELETE FROM view_definitions WHERE schema_name = ? AND name = ?", key);
  if (!views) return views.error();
  if (*views == 0) {
    return MakeError(ErrorCode::kTableNotFound, "there is no view {}", SafeName(ToString(name)));
  }
  return {};
}

Status InsertViewRows(Transaction& transaction, const ViewDefinition& view) {
  const auto inserted = transaction.Execute(
      "INSERT INTO view_definitions (schema_name, name, sql, default_schema, comment) "
      "VALUES (?, ?, ?, ?, ?)",
      {view.name.schema, view.name.name, view.sql, view.default_schema, view.comment});
  if (!inserted) return inserted.error();
  std::int64_t position = 0;
  for (const std::string& column : view.column_names) {
    const auto added = transaction.Execute(
        "INSERT INTO view_columns (schema_name, name, position, column_name) VALUES (?, ?, ?, ?)",
        {view.name.schema, view.name.name, position++, column});
    if (!added) return added.error();
  }
  return {};
}

Result<std::vector<ViewDefinition>> ViewsOf(Reader& reader, const Rows& rows) {
  std::vector<ViewDefinition> views;
  for (const Row& row : rows) {
    ViewDefinition view{{row.Text(0), row.Text(1)}, row.Text(2), row.Text(3), {}, row.Text(4)};
    HEALIX_TRY(const Rows columns,
               reader.Query("SELECT column_name FROM view_columns "
                            "WHERE schema_name = ? AND name = ? ORDER BY position",
                            {view.name.schema, view.name.name}));
    for (const Row& column : columns) view.column_names.push_back(column.Text(0));
    views.push_back(std::move(view));
  }
  return views;
}

constexpr std::string_view kViewColumns =
    "SELECT schema_name, name, sql, default_schema, comment FROM view_definitions ";

}  // namespace

Status ApplyViewChange(Transaction& transaction, const ViewChange& change) {
  const TableName& name = change.view.name;
  if (change.action == ViewChange::Action::kDrop) {
    HEALIX_RETURN_IF_ERROR(DeleteViewRows(transaction, name));
    return FreeName(transaction, name);
  }
  if (change.action == ViewChange::Action::kCreateOrReplace) {
    HEALIX_TRY(const auto existing, FindView(transaction, name));
    if (existing) {
      HEALIX_RETURN_IF_ERROR(DeleteViewRows(transaction, name));
      return InsertViewRows(transaction, change.view);
    }
  }
  HEALIX_RETURN_IF_ERROR(TakeName(transaction, name, Value()));
  return InsertViewRows(transaction, change.view);
}

Result<std::optional<ViewDefinition>> FindView(Reader& reader, const TableName& name) {
  HEALIX_TRY(const Rows rows,
             reader.Query(std::string(kViewColumns) + "WHERE schema_name = ? AND name = ?",
                          {name.schema, name.name}));
  HEALIX_TRY(std::vector<ViewDefinition> views, ViewsOf(reader, rows));
  if (views.empty()) return std::optional<ViewDefinition>();
  return std::optional(std::move(views.front()));
}

Result<std::vector<ViewDefinition>> ListViewRows(Reader& reader) {
  HEALIX_TRY(const Rows rows,
             reader.Query(std::string(kViewColumns) + "ORDER BY schema_name, name"));
  return ViewsOf(reader, rows);
}

}  // namespace healix::lakehouse::tables
