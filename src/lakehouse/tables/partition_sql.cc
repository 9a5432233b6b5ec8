// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/tables/parquet_files_internal.h"
#include "lakehouse/tables/partition_sql_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::Transform;
using iceberg::TransformKind;
using iceberg::Type;
using iceberg::TypeId;

bool IsTimestamp(TypeId id) { return id == TypeId::kTimestamp || id == TypeId::kTimestampTz; }

bool IsBytes(TypeId id) {
  return id == TypeId::kBinary || id == TypeId::kFixed || id == TypeId::kUuid;
}

bool IsReal(TypeId id) { return id == TypeId::kFloat || id == TypeId::kDouble; }

std::string Days(const std::string& column) {
  return fmt::format("datediff('day', DATE '1970-01-01', {}::DATE)", column);
}

std::string Unscaled(const std::string& column) {
  return fmt::format("CAST(replace(CAST({} AS VARCHAR), '.', '') AS HUGEINT)", column);
}

/// Returns the column as iceberg stores it, in the forms of PartitionSql; "" when it has none.
std::string Stored(const Type& type, const std::string& column) {
  switch (type.id) {
    case TypeId::kBoolean:
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kString:
      return column;
    case TypeId::kFloat:
    case TypeId::kDouble:
      return fmt::format("CAST({} AS VARCHAR)", column);
    case TypeId::kDate:
      return Days(column);
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return fmt::format("epoch_us({})", column);
    case TypeId::kDecimal:
      return Unscaled(column);
    case TypeId::kUuid:
      return fmt::format("upper(replace(CAST({} AS VARCHAR), '-', ''))", column);
    case TypeId::kFixed:
    case TypeId::kBinary:
      return fmt::format("hex({})", column);
    default:
      return "";
  }
}

/// Returns the number of the bucket; `bucket_hash` is a function of our engine.
std::string Bucket(const Type& type, const std::string& column, std::int32_t count) {
  std::string hashed = Stored(type, column);
  if (hashed.empty() || type.id == TypeId::kBoolean || IsReal(type.id)) return "";
  if (IsBytes(type.id)) {
    hashed = fmt::format("unhex({})", hashed);
  } else if (type.id != TypeId::kString && type.id != TypeId::kDecimal) {
    hashed = fmt::format("CAST({} AS BIGINT)", hashed);
  }
  return fmt::format("((bucket_hash({}) & 2147483647) % {})", hashed, count);
}

/// Returns the day, hour … since 1970 of a date or timestamp (in UTC); "" when there is none.
std::string Since1970(TransformKind kind, const Type& type, const std::string& column) {
  if (type.id != TypeId::kDate && !IsTimestamp(type.id)) return "";
  const std::string utc =
      type.id == TypeId::kTimestampTz ? fmt::format("timezone('UTC', {})", column) : column;
  switch (kind) {
    case TransformKind::kYear:
      return fmt::format("(year({}) - 1970)", utc);
    case TransformKind::kMonth:
      return fmt::format("((year({0}) - 1970) * 12 + month({0}) - 1)", utc);
    case TransformKind::kDay:
      return Days(utc);
    default:
      if (type.id == TypeId::kDate) return "";
      return fmt::format("datediff('hour', TIMESTAMP '1970-01-01', {})", utc);
  }
}

std::string TruncatedNumber(const std::string& number, std::int32_t width) {
  return fmt::format("({0} - ((({0} % {1}) + {1}) % {1}))", number, width);
}

/// As iceberg::Apply(): what falls below the least number of `bits` comes back from above.
std::string TruncatedWrapping(const std::string& number, std::int32_t width, int bits) {
  const std::string truncated = TruncatedNumber(fmt::format("{}::HUGEINT", number), width);
  return fmt::format(
      "CASE WHEN {0} < -(1::HUGEINT << {1}) THEN {0} + (1::HUGEINT << {2}) ELSE {0} END", truncated,
      bits - 1, bits);
}

std::string Truncated(const Type& type, const std::string& column, std::int32_t width) {
  switch (type.id) {
    case TypeId::kInt:
      return TruncatedWrapping(column, width, 32);
    case TypeId::kLong:
      return TruncatedWrapping(column, width, 64);
    case TypeId::kDecimal:
      return TruncatedNumber(Stored(type, column), width);
    case TypeId::kString:
      return fmt::format("left({}, {})", column, width);
    case TypeId::kBinary:
      return fmt::format("left(hex({}), {})", column, std::int64_t{2} * width);
    default:
      return "";
  }
}

std::string Expression(const Transform& transform, const Type& type, const std::string& column) {
  switch (transform.kind) {
    case TransformKind::kIdentity:
      return Stored(type, column);
    case TransformKind::kBucket:
      return Bucket(type, column, transform.width);
    case TransformKind::kTruncate:
      return Truncated(type, column, transform.width);
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
    case TransformKind::kHour:
      return Since1970(transform.kind, type, column);
    case TransformKind::kVoid:
      return "NULL";
    default:
      return "";
  }
}

template <typename Number>
Result<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return MakeError(ErrorCode::kInternal, "a partition value is not a number");
}

Result<iceberg::Int128> ParseInt128(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  iceberg::Int128 number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return MakeError(ErrorCode::kInternal, "a partition value is not a number");
    }
    number = number * 10 + (c - '0');
  }
  return negative ? -number : number;
}

Result<std::string> ParseHex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, byte, 16).ptr != end) break;
    bytes += static_cast<char>(byte);
  }
  if (bytes.size() * 2 == text.size()) return bytes;
  return MakeError(ErrorCode::kInternal, "a partition value is not hexadecimal");
}

}  // namespace

Result<PartitionSql> PartitionSqlOf(const iceberg::PartitionField& field,
                                    const iceberg::Schema& schema) {
  for (const iceberg::Field& column : schema.fields) {
    if (column.id != field.source_id) continue;
    PartitionSql sql;
    sql.expression = Expression(field.transform, column.type, engine::QuoteName(column.name));
    if (sql.expression.empty()) break;
    HEALIX_TRY(sql.result_type, iceberg::ResultType(field.transform, column.type));
    return sql;
  }
  return MakeError(ErrorCode::kUnsupported, "SQL can't write to the partition field {} by {}",
                   SafeName(field.name), SafeName(iceberg::TransformName(field.transform)));
}

Result<iceberg::Value> PartitionValueOf(const PartitionSql& field, const engine::TextCell& cell) {
  if (cell.kind == engine::TextCell::Kind::kNull) return iceberg::Value();
  switch (field.result_type.id) {
    case TypeId::kBoolean:
      return iceberg::Value(cell.text == "true");
    case TypeId::kInt:
    case TypeId::kDate: {
      HEALIX_TRY(const auto number, ParseNumber<std::int32_t>(cell.text));
      return iceberg::Value(number);
    }
    case TypeId::kDecimal: {
      HEALIX_TRY(const auto number, ParseInt128(cell.text));
      return iceberg::Value(number);
    }
    case TypeId::kFloat: {
      HEALIX_TRY(const auto number, ParseNumber<float>(cell.text));
      return iceberg::Value(number);
    }
    case TypeId::kDouble: {
      HEALIX_TRY(const auto number, ParseNumber<double>(cell.text));
      return iceberg::Value(number);
    }
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary: {
      HEALIX_TRY(std::string bytes, ParseHex(cell.text));
      return iceberg::Value(std::move(bytes));
    }
    case TypeId::kString:
      return iceberg::Value(cell.text);
    default: {
      HEALIX_TRY(const auto number, ParseNumber<std::int64_t>(cell.text));
      return iceberg::Value(number);
    }
  }
}

std::string EqualsSql(const PartitionSql& field, const engine::TextCell& cell) {
  if (cell.kind == engine::TextCell::Kind::kNull) return field.expression + " IS NULL";
  const TypeId id = field.result_type.id;
  const bool is_text = id == TypeId::kString || IsBytes(id) || IsReal(id);
  return field.expression + " = " + (is_text ? SqlLiteral(cell.text) : cell.text);
}

}  // namespace healix::lakehouse::tables
