// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/trace.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/ingest/parquet_source_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/source_reader_internal.h"
#include "lakehouse/ingest/table_reader_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::ingest {
namespace {

using OnRecord = std::function<Status(const TracedRecord&)>;

/// A row to be traced, and how its source is read.
struct TracedRow {
  TracedRecord record;
  std::string format;  ///< `json`, `xml`, `parquet`, `csv`
  std::string object;  ///< key of what is stored in raw.fhir_object; "" when `record` has it
};

std::uint64_t NumberOf(const engine::TextCell& cell) {
  std::uint64_t number = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
  return number;
}

std::string Placeholders(std::size_t count) {
  std::string text = "(?";
  for (std::size_t i = 1; i < count; ++i) text += ", ?";
  return text + ")";
}

std::vector<engine::Parameter> AsParameters(const std::vector<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

/// Tells tables of copied or CSV rows by their lineage columns.
bool IsTabular(const iceberg::Schema& schema) { return schema.FindByName("hx_file") != nullptr; }

Result<std::vector<TracedRow>> FindFhirRows(const Parts& parts, const tables::TableName& table,
                                            const std::vector<std::string>& ids) {
  HEALIX_TRY(const iceberg::Schema schema, SchemaOf(parts, FhirTable()));
  const bool has_objects = schema.FindByName("object") != nullptr;
  TableQuestion question;
  question.table = FhirTable();
  question.sql =
      std::string(
          "SELECT id, version_id, source, file, \"offset\", length, hash, resource, format, ") +
      (has_objects ? "object" : "NULL") + " FROM input WHERE id IN " + Placeholders(ids.size());
  question.parameters = AsParameters(ids);
  if (table != FhirTable()) {
    question.sql += " AND lower(resource_type) = ?";
    question.parameters.emplace_back(table.name);
  }
  std::vector<TracedRow> rows;
  HEALIX_RETURN_IF_ERROR(ReadTable(parts, question, [&](const engine::TextRow& cells) -> Status {
    TracedRow row;
    row.record.table = tables::ToString(table);
    row.record.id = cells[0].text;
    row.record.version_id = cells[1].text;
    row.record.source = cells[2].text;
    row.record.file = cells[3].text;
    row.record.offset = NumberOf(cells[4]);
    row.record.length = NumberOf(cells[5]);
    row.record.hash = cells[6].text;
    row.record.stored = cells[7].text;
    row.format = cells[8].text;
    row.object = cells[9].text;
    rows.push_back(std::move(row));
    return {};
  }));
  return rows;
}

Result<std::vector<TracedRow>> FindTabularRows(const Parts& parts, const tables::TableName& table,
                                               const iceberg::Schema& schema,
                                               const std::vector<std::string>& ids) {
  TableQuestion question;
  question.table = table;
  question.sql = "SELECT hx_file, hx_offset, hx_length, hx_hash, * FROM input WHERE CAST(" +
                 engine::QuoteName(schema.fields.front().name) + " AS VARCHAR) IN " +
                 Placeholders(ids.size());
  question.parameters = AsParameters(ids);
  std::vector<std::string> names;
  for (const iceberg::Field& field : schema.fields) names.push_back(field.name);
  std::vector<TracedRow> rows;
  HEALIX_RETURN_IF_ERROR(ReadTable(parts, question, [&](const engine::TextRow& cells) -> Status {
    TracedRow row;
    row.record.table = tables::ToString(table);
    row.record.id = cells[4].text;
    row.record.file = cells[0].text;
    row.record.offset = NumberOf(cells[1]);
    row.record.length = NumberOf(cells[2]);
    row.record.hash = cells[3].text;
    row.format = cells[3].kind == engine::TextCell::Kind::kNull ? "table" : "csv";
    engine::AppendJsonObject(row.record.stored, names, {cells.begin() + 4, cells.end()});
    rows.push_back(std::move(row));
    return {};
  }));
  return rows;
}

Result<std::vector<TracedRow>> FindRows(const Parts& parts, const tables::TableName& table,
                                        const std::vector<std::string>& ids) {
  if (table == FhirTable()) return FindFhirRows(parts, table, ids);
  const auto schema = SchemaOf(parts, table);
  if (schema && IsTabular(*schema)) return FindTabularRows(parts, table, *schema, ids);
  if (schema || schema.error().code() != ErrorCode::kTableNotFound) {
    return MakeError(ErrorCode::kTableNotFound, "{} is not a table of taken-in records",
                     SafeName(tables::ToString(table)));
  }
  HEALIX_RETURN_IF_ERROR(parts.warehouse.LoadView(table));
  return FindFhirRows(parts, table, ids);
}

/// Reads what is stored of a large record. One at a time is in memory.
Status LoadStored(const Parts& parts, TracedRow& row) {
  if (row.object.empty()) return {};
  return ReadTable(parts,
                   {ObjectTable(), "SELECT resource FROM input WHERE object = ?", {row.object}},
                   [&](const engine::TextRow& cells) -> Status {
                     row.record.stored = cells[0].text;
                     return {};
                   });
}

Error Mismatch(const TracedRecord& record) {
  return MakeError(ErrorCode::kTraceMismatch, "the source is not what was taken in")
      .At({record.file, record.offset, {}});
}

/// Reads a row that was copied from a Parquet file again, with the columns that it has there.
Status TraceCopiedRow(const Parts& parts, TracedRecord& record, const OnRecord& on_record) {
  HEALIX_TRY(const auto info, parts.engine.InspectParquet(record.file));
  const std::string position = engine::PlaceColumns(info.table.schema).position;
  HEALIX_TRY(const auto rows, parts.engine.Query(InputScope(info),
                                                 "SELECT * FROM input WHERE " + position + " = " +
                                                     std::to_string(record.offset),
                                                 {}));
  HEALIX_TRY(const std::vector<engine::TextRow> found, rows->NextRows());
  if (found.size() != 1) return Mismatch(record);
  engine::AppendJsonObject(record.source_bytes, engine::UniqueNames(rows->columns()),
                           found.front());
  // The stored row begins with the same columns and ends with those of its lineage.
  const std::string_view members(record.source_bytes.data(), record.source_bytes.size() - 1);
  if (!record.stored.starts_with(members)) return Mismatch(record);
  record.match = TracedRecord::Match::kCanonical;
  return on_record(record);
}

Status TraceParquetRow(const Parts& parts, TracedRecord& record, const OnRecord& on_record) {
  HEALIX_TRY(const auto info, parts.engine.InspectParquet(record.file));
  HEALIX_TRY(const auto rows, ParquetRows::Open(parts.engine, info, {record.offset, 1}));
  HEALIX_TRY(auto row, rows->Next());
  if (!row || row->json != record.stored) return Mismatch(record);
  record.source_bytes = std::move(row->json);
  record.match = TracedRecord::Match::kCanonical;
  return on_record(record);
}

/// Tells whether source bytes are the record, as they are or in an encoding that is not UTF-8.
bool IsSource(const TracedRow& row, const std::string& bytes) {
  const auto utf8 = TextWithHash(bytes, row.record.hash);
  return utf8 && (row.format == "csv" || row.record.stored == *utf8);
}

/// Reads all byte sources in one pass per file.
Status TraceBytes(const Parts& parts, std::vector<TracedRow>& rows, const OnRecord& on_record) {
  std::vector<SourceRange> ranges;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].format == "parquet" || rows[i].format == "table") continue;
    const TracedRecord& record = rows[i].record;
    ranges.push_back({record.file, record.offset, record.length, i});
  }
  return ReadRanges(parts.files, std::move(ranges),
                    [&](const SourceRange& range, std::string bytes) -> Status {
                      TracedRow& row = rows[range.index];
                      HEALIX_RETURN_IF_ERROR(LoadStored(parts, row));
                      if (!IsSource(row, bytes)) return Mismatch(row.record);
                      row.record.source_bytes = std::move(bytes);
                      const Status told = on_record(row.record);
                      row.record = {};  // of large records one at a time is in memory
                      return told;
                    });
}

}  // namespace

Status Trace(const Parts& parts, const std::string& table, const std::vector<std::string>& ids,
             const OnRecord& on_record) {
  HEALIX_TRY(const tables::TableName name, tables::ParseTableName(table));
  if (ids.empty()) return {};
  HEALIX_TRY(std::vector<TracedRow> rows, FindRows(parts, name, ids));
  std::set<std::string> missing(ids.begin(), ids.end());
  for (const TracedRow& row : rows) missing.erase(row.record.id);
  if (!missing.empty()) {
    return MakeError(ErrorCode::kRecordNotFound, "{} of {} ids are not in {}", missing.size(),
                     ids.size(), SafeName(table));
  }
  for (TracedRow& row : rows) {
    if (row.format == "parquet") {
      HEALIX_RETURN_IF_ERROR(LoadStored(parts, row));
      HEALIX_RETURN_IF_ERROR(TraceParquetRow(parts, row.record, on_record));
    } else if (row.format == "table") {
      HEALIX_RETURN_IF_ERROR(TraceCopiedRow(parts, row.record, on_record));
    }
  }
  return TraceBytes(parts, rows, on_record);
}

}  // namespace healix::lakehouse::ingest
