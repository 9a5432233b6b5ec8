// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/inner_query_internal.h"
#include "lakehouse/engine/parquet_writer_internal.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

// The writer holds a dictionary of this size for each column of text, 1 MiB by default: that must
// not be what makes a table of some hundred columns impossible.
constexpr std::uint64_t kDictionaryBytes = std::uint64_t{32} << 20;  // of all columns together
constexpr std::uint64_t kColumnDictionaryBytesMin = std::uint64_t{16} << 10;
constexpr std::uint64_t kColumnDictionaryBytesMax = std::uint64_t{1} << 20;

// The id of a field as the FIELD_IDS option wants it: 4, or {__duckdb_field_id: 4, 'element': 5}.
std::string FieldIdSql(const iceberg::Field& field) {
  if (field.type.IsPrimitive()) return std::to_string(field.id);
  std::string sql = "{'__duckdb_field_id': " + std::to_string(field.id);
  for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
    const iceberg::Field& part = field.type.fields[i];
    std::string name = part.name;
    if (field.type.id == iceberg::TypeId::kList) name = "element";
    if (field.type.id == iceberg::TypeId::kMap) name = i == 0 ? "key" : "value";
    sql += ", " + Literal(name) + ": " + FieldIdSql(part);
  }
  return sql + "}";
}

std::string FieldIdsSql(const iceberg::Schema& schema) {
  std::string sql;
  for (const iceberg::Field& field : schema.fields) {
    sql += (sql.empty() ? "{" : ", ") + Literal(field.name) + ": " + FieldIdSql(field);
  }
  return sql + "}";
}

std::string SelectSql(const WriteOptions& options) {
  std::string columns;
  std::string aliases;
  for (std::size_t i = 0; i < options.schema.fields.size(); ++i) {
    const iceberg::Field& field = options.schema.fields[i];
    const std::string alias = std::string("c").append(std::to_string(i));
    columns += (i == 0 ? "" : ", ") + ("CAST(" + alias + " AS ") + SqlTypeFromIceberg(field.type) +
               ") AS \"" + duckdb::StringUtil::Replace(field.name, "\"", "\"\"") + "\"";
    aliases += (i == 0 ? "" : ", ") + alias;
  }
  std::string sql = "SELECT " + columns + " FROM (SELECT 1) AS source(" + aliases + ")";
  for (std::size_t i = 0; i < options.sort_columns.size(); ++i) {
    const SortColumn& column = options.sort_columns[i];
    const bool ascending = column.order == SortColumn::Order::kAscendingNullsFirst;
    sql += (i == 0 ? " ORDER BY " : ", ") + QuoteName(column.name) +
           (ascending ? " ASC NULLS FIRST" : " DESC NULLS LAST");
  }
  return sql;
}

std::string CompressionSql(Compression compression) {
  switch (compression) {
    case Compression::kZstd:
      return "COMPRESSION zstd, COMPRESSION_LEVEL 3";
    case Compression::kZstdFast:
      return "COMPRESSION zstd, COMPRESSION_LEVEL 1";
    case Compression::kSnappy:
      return "COMPRESSION snappy";
    case Compression::kNone:
      return "COMPRESSION uncompressed";
  }
  return {};
}

std::string DictionarySql(const iceberg::Schema& schema) {
  const std::uint64_t columns = std::max<std::uint64_t>(schema.fields.size(), 1);
  const std::uint64_t bytes =
      std::clamp(kDictionaryBytes / columns, kColumnDictionaryBytesMin, kColumnDictionaryBytesMax);
  return "STRING_DICTIONARY_PAGE_SIZE_LIMIT " + std::to_string(bytes);
}

std::string MetadataSql(const WriteOptions& options) {
  if (options.key_value_metadata.empty()) return {};
  std::string sql;
  for (const auto& [key, value] : options.key_value_metadata) {
    sql += (sql.empty() ? ", KV_METADATA {" : ", ") + Literal(key) + ": " + Literal(value);
  }
  return sql + "}";
}

// Sorted rows go to one file, because DuckDB keeps their order only there.
std::string TargetSql(const WriteOptions& options) {
  const std::string start = ToHxPath(options.folder);
  if (!options.sort_columns.empty()) {
    return Literal(start + "/" + options.base_name + "-0.parquet") +
           " (FORMAT parquet, USE_TMP_FILE false";
  }
  return Literal(start) + " (FORMAT parquet, OVERWRITE_OR_IGNORE true, FILENAME_PATTERN " +
         Literal(options.base_name + "-{i}") + ", FILE_SIZE_BYTES " +
         std::to_string(options.target_file_bytes);
}

}  // namespace

std::string CopySql(const WriteOptions& options) {
  return "COPY (" + SelectSql(options) + ") TO " + TargetSql(options) +
         ", RETURN_STATS true, WRITE_EMPTY_FILE false, ROW_GROUP_SIZE " +
         std::to_string(options.row_group_rows) + ", ROW_GROUP_SIZE_BYTES " +
         std::to_string(options.row_group_bytes) + ", " + DictionarySql(options.schema) + ", " +
         CompressionSql(options.compression) + ", FIELD_IDS " + FieldIdsSql(options.schema) +
         MetadataSql(options) + ")";
}

}  // namespace healix::lakehouse::engine
