// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/result/check.h"
#include "formats/fhir/fhir_cutter.h"
#include "formats/json/json_parser.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/arrow_json_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::uint32_t kBatchRows = 2048;

}  // namespace

std::shared_ptr<const engine::Scope> InputScope(const engine::ParquetInfo& info) {
  auto scope = std::make_shared<engine::Scope>();
  scope->relations.push_back(
      {"main", "input", std::nullopt, std::make_shared<const engine::ScanTable>(info.table)});
  return scope;
}

std::optional<std::string> FhirTypeOf(const engine::ParquetInfo& info) {
  const auto schema = info.key_value_metadata.find("parquet.avro.schema");
  if (schema == info.key_value_metadata.end()) return std::nullopt;
  formats::json::JsonParser parser({});
  const auto parsed = parser.Parse(schema->second);
  if (!parsed) return std::nullopt;
  std::string name = TextMember(*parsed, "name");
  const iceberg::Schema& columns = info.table.schema;
  const bool is_resource =
      columns.FindByName("id") != nullptr && columns.FindByName("meta") != nullptr;
  if (!is_resource || !formats::fhir::IsResourceTypeName(name, ReservedTypes()))
    return std::nullopt;
  return name;
}

Result<std::unique_ptr<ParquetRows>> ParquetRows::Open(engine::Engine& engine,
                                                       const engine::ParquetInfo& info,
                                                       Range range) {
  const auto type = FhirTypeOf(info);
  if (!type) return MakeError(ErrorCode::kParquetInvalid, "the file does not hold FHIR resources");
  const std::string position = engine::PlaceColumns(info.table.schema).position;
  std::string sql = "SELECT " + position + " AS hx_row, * FROM input WHERE " + position +
                    " >= " + std::to_string(range.first_row);
  if (range.row_count) {
    sql += " AND " + position + " < " + std::to_string(range.first_row + *range.row_count);
  }
  engine::QueryOptions options;
  options.batch_rows = kBatchRows;
  HEALIX_TRY(auto rows, engine.Query(InputScope(info), sql, options));
  HEALIX_TRY(auto schema, rows->Schema());
  return std::unique_ptr<ParquetRows>(
      new ParquetRows(*type, std::move(rows), std::move(schema), range.first_row));
}

Result<std::optional<ComposedRow>> ParquetRows::Next() {
  while (!batch_ || at_ >= batch_->get().length) {
    HEALIX_TRY(batch_, rows_->Next());
    at_ = 0;
    if (!batch_) return std::optional<ComposedRow>();
  }
  const ArrowArray& all = batch_->get();
  const ArrowSchema& schema = schema_.get();
  // The first column is the row number; the rest are the resource.
  const ArrowArray& row_numbers = *all.children[0];
  const auto* numbers = static_cast<const std::int64_t*>(row_numbers.buffers[1]);
  ComposedRow composed;
  composed.row = static_cast<std::uint64_t>(numbers[at_ + all.offset + row_numbers.offset]);
  if (composed.row != next_row_) {
    return MakeError(ErrorCode::kInternal, "row {} of a Parquet file came in place of row {}",
                     composed.row, next_row_);
  }
  ++next_row_;

  ArrowSchema members = schema;
  members.n_children -= 1;
  members.children += 1;
  ArrowArray columns = all;
  columns.n_children -= 1;
  columns.children += 1;
  std::string json;
  HEALIX_RETURN_IF_ERROR(AppendFhirJson(json, resource_type_, members, columns, at_));
  ++at_;
  formats::json::JsonParser parser({});
  const auto canonical = parser.Parse(json);
  composed.json = canonical ? std::string(canonical->text()) : json;
  if (!canonical) composed.fault = canonical.error();
  return std::optional<ComposedRow>(std::move(composed));
}

}  // namespace healix::lakehouse::ingest
