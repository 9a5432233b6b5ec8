// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/equality_deletes_internal.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/statement_parser.h"

namespace healix::lakehouse::engine {
namespace {

using FieldIds = std::vector<std::int32_t>;

// All fields that a delete may name: those of today and the dropped ones, under names that can't
// meet each other.
std::vector<iceberg::Field> AllFields(const ScanTable& table) {
  std::vector<iceberg::Field> fields = table.schema.fields;
  for (const iceberg::Field& dropped : table.dropped_fields) {
    const bool known = std::any_of(fields.begin(), fields.end(), [&](const iceberg::Field& field) {
      return field.id == dropped.id;
    });
    if (!known) fields.push_back(dropped);
  }
  for (iceberg::Field& field : fields) {
    field.name = std::string("f").append(std::to_string(field.id));
  }
  return fields;
}

// The column of a field id as SQL text, through structs; empty when there is none.
std::string ColumnPath(const std::vector<iceberg::Field>& fields, std::int32_t id) {
  for (const iceberg::Field& field : fields) {
    if (field.id == id) return QuoteName(field.name);
    if (field.type.id != iceberg::TypeId::kStruct) continue;
    const std::string inner = ColumnPath(field.type.fields, id);
    if (!inner.empty()) return QuoteName(field.name) + "." + inner;
  }
  return {};
}

std::shared_ptr<ScanTable> TableOf(std::vector<iceberg::Field> fields, const ScanTable& like) {
  auto table = std::make_shared<ScanTable>();
  table->schema.fields = std::move(fields);
  table->name_mapping = like.name_mapping;
  return table;
}

std::string MatchSql(const std::vector<iceberg::Field>& fields, const FieldIds& ids) {
  std::string match;
  for (const std::int32_t id : ids) {
    const std::string column = ColumnPath(fields, id);
    if (column.empty()) {
      ThrowError(MakeError(ErrorCode::kMetadataInvalid,
                           "an equality delete names the unknown field {}", id));
    }
    match += (match.empty() ? "" : " AND ") + ("d." + column) + " IS NOT DISTINCT FROM e." + column;
  }
  return match;
}

}  // namespace

void MarkEqualityDeletes(const ScanSource& source, std::size_t file_index, RowMarks& marks) {
  const ScanTable& table = *source.table;
  const ScanFile& file = table.files[file_index];
  std::map<FieldIds, std::vector<std::string>> paths_by_fields;
  for (const EqualityDelete& deleted : file.equality_deletes) {
    paths_by_fields[deleted.field_ids].push_back(deleted.path);
  }
  const std::vector<iceberg::Field> fields = AllFields(table);
  for (const auto& [ids, paths] : paths_by_fields) {
    auto data = TableOf(fields, table);
    ScanFile plain;
    plain.path = file.path;
    plain.record_count = file.record_count;
    plain.partition_constants = file.partition_constants;
    data->files.push_back(std::move(plain));
    auto deletes = TableOf(fields, table);
    for (const std::string& path : paths) {
      deletes->files.emplace_back();
      deletes->files.back().path = path;
    }
    auto scope = std::make_shared<Scope>();
    scope->relations = {{"main", "d", std::nullopt, std::move(data)},
                        {"main", "e", std::nullopt, std::move(deletes)}};
    InnerResult result = RunInside(
        source.services, std::move(scope),
        "SELECT _pos FROM d WHERE EXISTS (SELECT 1 FROM e WHERE " + MatchSql(fields, ids) + ")");
    while (auto chunk = result.rows->Fetch()) {
      chunk->Flatten();
      const auto* rows = duckdb::FlatVector::GetData<std::int64_t>(chunk->data[0]);
      for (duckdb::idx_t i = 0; i < chunk->size(); ++i) {
        marks.Mark(static_cast<std::uint64_t>(rows[i]));
      }
    }
    if (result.rows->HasError()) result.rows->ThrowError();
  }
}

}  // namespace healix::lakehouse::engine
