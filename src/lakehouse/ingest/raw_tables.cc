// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/time/instant.h"
#include "lakehouse/engine/scope.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<Column> LineageColumns() {
  return {{"hx_file", ColumnKind::kText},           {"hx_line", ColumnKind::kLong},
          {"hx_offset", ColumnKind::kLong},         {"hx_length", ColumnKind::kLong},
          {"hx_hash", ColumnKind::kText},           {"hx_ingest", ColumnKind::kText},
          {"hx_arrived_at", ColumnKind::kTimestamp}};
}

std::string SqlText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

}  // namespace

const tables::TableName& FhirTable() {
  static const tables::TableName name{"raw", "fhir"};
  return name;
}

const tables::TableName& ObjectTable() {
  static const tables::TableName name{"raw", "fhir_object"};
  return name;
}

const tables::TableName& EnvelopeTable() {
  static const tables::TableName name{"raw", "envelope"};
  return name;
}

const std::vector<std::string>& ReservedTypes() {
  static const std::vector<std::string> names = {FhirTable().name, ObjectTable().name,
                                                 EnvelopeTable().name};
  return names;
}

tables::TableName TabularTable(std::string_view source, std::string_view table) {
  tables::TableName name{"raw", std::string(source) + "_" + std::string(table)};
  if (name == ObjectTable()) name.name += "_2";
  return name;
}

const std::vector<Column>& FhirColumns() {
  static const std::vector<Column> columns = {{"source", ColumnKind::kText},
                                              {"resource_type", ColumnKind::kText},
                                              {"id", ColumnKind::kText},
                                              {"version_id", ColumnKind::kText},
                                              {"last_updated", ColumnKind::kTimestamp},
                                              {"file", ColumnKind::kText},
                                              {"offset", ColumnKind::kLong},
                                              {"length", ColumnKind::kLong},
                                              {"hash", ColumnKind::kText},
                                              {"format", ColumnKind::kText},
                                              {"ingest", ColumnKind::kText},
                                              {"arrived_at", ColumnKind::kTimestamp},
                                              {"deleted", ColumnKind::kBoolean},
                                              {"full_url", ColumnKind::kText},
                                              {"request_method", ColumnKind::kText},
                                              {"if_none_exist", ColumnKind::kText},
                                              {"resource", ColumnKind::kText},
                                              {"object", ColumnKind::kText}};
  return columns;
}

const std::vector<Column>& EnvelopeColumns() {
  static const std::vector<Column> columns = {
      {"source", ColumnKind::kText}, {"file", ColumnKind::kText},
      {"offset", ColumnKind::kLong}, {"part", ColumnKind::kLong},
      {"kind", ColumnKind::kText},   {"envelope", ColumnKind::kText},
      {"ingest", ColumnKind::kText}, {"arrived_at", ColumnKind::kTimestamp}};
  return columns;
}

std::vector<Column> TabularColumns(const std::vector<std::string>& source_columns) {
  std::vector<Column> columns;
  const std::vector<Column> lineage = LineageColumns();
  for (const std::string& name : source_columns) {
    const bool is_taken = std::any_of(lineage.begin(), lineage.end(),
                                      [&](const Column& column) { return column.name == name; });
    columns.push_back({is_taken ? name + "_2" : name, ColumnKind::kText});
  }
  columns.insert(columns.end(), lineage.begin(), lineage.end());
  return columns;
}

iceberg::Schema CopiedSchema(const iceberg::Schema& file) {
  iceberg::Schema schema = file;
  schema.identifier_field_ids.clear();
  for (iceberg::Field& field : schema.fields) field.required = false;
  iceberg::Schema lineage = ToSchema(LineageColumns());
  for (iceberg::Field& field : lineage.fields) {
    field.id += schema.HighestFieldId();
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

std::string CopyStatement(const iceberg::Schema& file, const std::string& file_name,
                          const std::string& ingest, base::Timestamp arrived_at) {
  std::string sql = "SELECT ";
  for (const iceberg::Field& field : file.fields) sql += engine::QuoteName(field.name) + ", ";
  sql += SqlText(file_name) + ", NULL::BIGINT, " + engine::PlaceColumns(file).position +
         ", NULL::BIGINT, NULL::VARCHAR, ";
  sql += SqlText(ingest) + ", TIMESTAMPTZ " + SqlText(base::FormatInstant(arrived_at));
  return sql + " FROM input";
}

tables::NewTableLayout LayoutOf(const tables::TableName& table, iceberg::Schema schema) {
  tables::NewTableLayout layout;
  layout.schema = std::move(schema);
  if (table != FhirTable() && table != ObjectTable()) return layout;
  const iceberg::Transform identity{iceberg::TransformKind::kIdentity, 0, ""};
  layout.partitioning = {{"source", identity, ""}, {"resource_type", identity, ""}};
  return layout;
}

void TypeViewContent::Add(const TypeViewContent& other) {
  types.insert(other.types.begin(), other.types.end());
  storage = std::max(storage, other.storage);
}

bool TypeViewContent::Holds(const TypeViewContent& other) const {
  return storage >= other.storage &&
         std::includes(types.begin(), types.end(), other.types.begin(), other.types.end());
}

tables::TableName TypeViewName(std::string_view resource_type) {
  return {"raw", Lower(resource_type)};
}

tables::ViewDefinition TypeView(const TypeViewContent& content) {
  std::string types;
  for (const std::string& type : content.types)
    types += (types.empty() ? "" : ", ") + SqlText(type);
  const std::string is_type = content.types.size() == 1 ? " = " + types : " IN (" + types + ")";
  const auto rows_of = [&](const tables::TableName& table) {
    return "SELECT id, version_id, last_updated, source, file, \"offset\", length, hash, "
           "arrived_at, deleted, resource FROM " +
           tables::ToString(table) + " WHERE resource_type" + is_type;
  };
  tables::ViewDefinition view;
  view.name = TypeViewName(*content.types.begin());
  view.default_schema = "raw";
  view.sql = rows_of(FhirTable());
  if (content.storage == TypeStorage::kWithObjects) {
    view.sql += " AND object IS NULL UNION ALL " + rows_of(ObjectTable());
  }
  view.comment = "One row per version of " + *content.types.begin() + " taken in";
  return view;
}

TypeViewContent ContentOf(const tables::ViewDefinition& type_view) {
  TypeViewContent content;
  // The only texts in quotes are types, which have letters and digits.
  const std::string& sql = type_view.sql;
  for (std::size_t at = sql.find('\''); at != std::string::npos; at = sql.find('\'', at)) {
    const std::size_t end = std::min(sql.find('\'', at + 1), sql.size());
    content.types.insert(sql.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  const bool has_objects = sql.find(tables::ToString(ObjectTable())) != std::string::npos;
  if (has_objects) content.storage = TypeStorage::kWithObjects;
  return content;
}

}  // namespace healix::lakehouse::ingest
