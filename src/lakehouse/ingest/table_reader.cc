// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/table_reader_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::ingest {

Status ReadTable(const Parts& parts, const TableQuestion& question,
                 const std::function<Status(const engine::TextRow&)>& on_row) {
  HEALIX_TRY(const tables::TableSnapshot snapshot, parts.warehouse.Load(question.table));
  HEALIX_TRY(auto scan_table, parts.warehouse.ToScanTable(snapshot));
  auto scope = std::make_shared<engine::Scope>();
  scope->relations.push_back({"main", "input", std::nullopt, std::move(scan_table)});
  engine::QueryOptions options;
  options.parameters = question.parameters;
  HEALIX_TRY(const auto rows, parts.engine.Query(std::move(scope), question.sql, options));
  while (true) {
    HEALIX_TRY(const std::vector<engine::TextRow> some, rows->NextRows());
    if (some.empty()) return {};
    for (const engine::TextRow& row : some) HEALIX_RETURN_IF_ERROR(on_row(row));
  }
}

Result<iceberg::Schema> SchemaOf(const Parts& parts, const tables::TableName& table) {
  HEALIX_TRY(const tables::TableSnapshot snapshot, parts.warehouse.Load(table));
  return snapshot.schema();
}

}  // namespace healix::lakehouse::ingest
