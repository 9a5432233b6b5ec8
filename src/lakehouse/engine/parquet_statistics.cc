// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/parquet_statistics_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::Value;
using iceberg::Type;
using iceberg::TypeId;
using ReportMap = std::map<std::string, std::string>;

constexpr std::size_t kBoundLengthMax = 16;

bool IsFloat(const Type& type) { return type.id == TypeId::kFloat || type.id == TypeId::kDouble; }

std::string Quoted(const std::string& name) {
  return '"' + duckdb::StringUtil::Replace(name, "\"", "\"\"") + '"';
}

// The parts of lists and maps have fixed names in Parquet.
std::string PartName(const Type& parent, std::size_t index) {
  if (parent.id == TypeId::kList) return "element";
  if (parent.id == TypeId::kMap) return index == 0 ? "key" : "value";
  return parent.fields[index].name;
}

void AddLeaves(const iceberg::Field& field, const std::string& path,
               std::vector<LeafField>& leaves) {
  if (field.type.IsPrimitive()) {
    leaves.push_back({&field, path});
    return;
  }
  for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
    AddLeaves(field.type.fields[i], path + "." + Quoted(PartName(field.type, i)), leaves);
  }
}

ReportMap MapFrom(const Value& value) {
  ReportMap map;
  for (const Value& entry : duckdb::MapValue::GetChildren(value)) {
    const auto& parts = duckdb::StructValue::GetChildren(entry);
    map[duckdb::StringValue::Get(parts[0])] = parts[1].ToString();
  }
  return map;
}

std::uint64_t Count(const ReportMap& report, const std::string& key) {
  const auto found = report.find(key);
  return found == report.end() ? 0 : std::stoull(found->second);
}

std::optional<std::string> BoundFrom(const ReportMap& report, const char* key, const Type& type) {
  const auto found = report.find(key);
  if (found == report.end()) return std::nullopt;
  if (type.id == TypeId::kBinary || type.id == TypeId::kFixed) {
    std::string escaped;
    for (std::size_t i = 0; i + 1 < found->second.size(); i += 2) {
      escaped += "\\x" + found->second.substr(i, 2);
    }
    return duckdb::StringValue::Get(Value::BLOB(escaped));
  }
  const Value value = Value(found->second).DefaultCastAs(LogicalTypeFrom(type));
  if (type.id == TypeId::kFloat && std::isnan(value.GetValueUnsafe<float>())) return std::nullopt;
  if (type.id == TypeId::kDouble && std::isnan(value.GetValueUnsafe<double>())) {
    return std::nullopt;
  }
  return BinaryFromValue(value, type);
}

FieldStatistics StatisticsFrom(const ReportMap& report, const Type& type) {
  FieldStatistics statistics;
  statistics.column_bytes = Count(report, "column_size_bytes");
  statistics.value_count = Count(report, "num_values");
  statistics.null_count = Count(report, "null_count");
  if (const auto lower = BoundFrom(report, "min", type)) {
    statistics.lower_bound = TruncatedLower(*lower, type);
  }
  if (const auto upper = BoundFrom(report, "max", type)) {
    statistics.upper_bound = TruncatedUpper(*upper, type);
  }
  return statistics;
}

// The end of the first `count` characters of UTF-8 text.
std::size_t CharactersEnd(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (starts && count-- == 0) break;
  }
  return end;
}

// Raises the last code point that can be raised without changing its length; drops what follows.
std::optional<std::string> RaisedText(std::string text) {
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t start = end - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    // Raising the last byte keeps the text valid unless that byte is at the end of its range.
    const auto last = static_cast<unsigned char>(text[end - 1]);
    const unsigned char last_max = end - start == 1 ? 0x7E : 0xBE;
    if (last <= last_max) {
      text[end - 1] = static_cast<char>(last + 1);
      text.resize(end);
      return text;
    }
    end = start;
  }
  return std::nullopt;
}

std::optional<std::string> RaisedBytes(std::string bytes) {
  while (!bytes.empty()) {
    const auto last = static_cast<unsigned char>(bytes.back());
    if (last != 0xFF) {
      bytes.back() = static_cast<char>(last + 1);
      return bytes;
    }
    bytes.pop_back();
  }
  return std::nullopt;
}

}  // namespace

std::vector<LeafField> LeafFields(const iceberg::Schema& schema) {
  std::vector<LeafField> leaves;
  for (const iceberg::Field& field : schema.fields) AddLeaves(field, Quoted(field.name), leaves);
  return leaves;
}

std::string TruncatedLower(const std::string& bound, const Type& type) {
  if (type.id == TypeId::kString) return bound.substr(0, CharactersEnd(bound, kBoundLengthMax));
  if (type.id == TypeId::kBinary) return bound.substr(0, kBoundLengthMax);
  return bound;
}

std::optional<std::string> TruncatedUpper(const std::string& bound, const Type& type) {
  const std::string cut = TruncatedLower(bound, type);
  if (cut.size() == bound.size()) return bound;
  return type.id == TypeId::kString ? RaisedText(cut) : RaisedBytes(cut);
}

Result<std::vector<WrittenFile>> FilesFromReport(duckdb::QueryResult& report,
                                                 const iceberg::Schema& schema) {
  const std::vector<LeafField> leaves = LeafFields(schema);
  std::vector<WrittenFile> files;
  while (auto chunk = report.Fetch()) {
    for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
      WrittenFile file;
      file.path = FromHxPath(chunk->GetValue(0, row).ToString());
      file.record_count = chunk->GetValue(1, row).GetValue<std::uint64_t>();
      file.size_bytes = chunk->GetValue(2, row).GetValue<std::uint64_t>();
      std::map<std::string, ReportMap> columns;
      const Value reported = chunk->GetValue(4, row);
      for (const Value& entry : duckdb::MapValue::GetChildren(reported)) {
        const auto& parts = duckdb::StructValue::GetChildren(entry);
        columns[duckdb::StringValue::Get(parts[0])] = MapFrom(parts[1]);
      }
      for (const LeafField& leaf : leaves) {
        const auto found = columns.find(leaf.path);
        if (found == columns.end()) continue;
        file.fields[leaf.field->id] = StatisticsFrom(found->second, leaf.field->type);
      }
      files.push_back(std::move(file));
    }
  }
  if (report.HasError()) return ErrorFrom(report.GetErrorObject());
  return files;
}

namespace {

/// Runs a query that leaves nothing in the cache of footers: what is written may not be read for
/// long, and an ingest of 8 GiB writes some hundred files.
InnerResult RunUncached(const ScanServices& services, const std::string& sql) {
  InnerResult result;
  result.connection = Connect(services, nullptr);
  duckdb::ClientContext& context = *result.connection->context;
  duckdb::ExtensionOption option;
  const bool is_known =
      duckdb::DBConfig::GetConfig(context).TryGetExtensionOption("parquet_metadata_cache", option);
  HEALIX_CHECK(is_known && option.setting_index.IsValid(), "DuckDB has no cache of footers");
  context.config.user_settings.SetUserSetting(option.setting_index.GetIndex(),
                                              Value::BOOLEAN(false));
  result.rows = result.connection->SendQuery(ParseSelect(*result.connection, sql));
  if (result.rows->HasError()) result.rows->ThrowError();
  return result;
}

}  // namespace

void AddFooterFacts(const ScanServices& services, const iceberg::Schema& schema,
                    std::vector<WrittenFile>& files) {
  const std::vector<LeafField> leaves = LeafFields(schema);
  for (WrittenFile& file : files) {
    InnerResult footer =
        RunUncached(services,
                    "SELECT column_id, coalesce(dictionary_page_offset, data_page_offset), "
                    "stats_min_value IS NULL AND num_values > coalesce(stats_null_count, 0) "
                    "FROM parquet_metadata(" +
                        Literal(ToHxPath(file.path)) + ") ORDER BY row_group_id");
    std::vector<bool> may_hold_nan(leaves.size(), false);
    while (auto chunk = footer.rows->Fetch()) {
      for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
        const auto column = chunk->GetValue(0, row).GetValue<std::uint64_t>();
        if (column == 0) {
          file.split_offsets.push_back(chunk->GetValue(1, row).GetValue<std::int64_t>());
        }
        if (chunk->GetValue(2, row).GetValue<bool>()) may_hold_nan.at(column) = true;
      }
    }
    if (footer.rows->HasError()) footer.rows->ThrowError();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (!IsFloat(leaves[i].field->type) || may_hold_nan[i]) continue;
      file.fields[leaves[i].field->id].nan_count = 0;
    }
  }
}

}  // namespace healix::lakehouse::engine
