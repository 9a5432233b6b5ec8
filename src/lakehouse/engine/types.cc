// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using iceberg::Field;
using iceberg::Type;
using iceberg::TypeId;

LogicalType StructFrom(const Type& type) {
  duckdb::child_list_t<LogicalType> children;
  for (const Field& field : type.fields) {
    children.emplace_back(field.name, LogicalTypeFrom(field.type));
  }
  return LogicalType::STRUCT(std::move(children));
}

Field NestedField(std::string name, Type type) {
  Field field;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

std::optional<Type> Nested(TypeId id,
                           const std::vector<std::pair<std::string, LogicalType>>& parts) {
  Type result;
  result.id = id;
  for (const auto& [name, part] : parts) {
    auto inner = IcebergTypeFrom(part);
    if (!inner) return std::nullopt;
    result.fields.push_back(NestedField(name, *std::move(inner)));
  }
  if (id == TypeId::kMap) result.fields.front().required = true;
  return result;
}

std::optional<Type> StructTypeFrom(const LogicalType& type) {
  std::vector<std::pair<std::string, LogicalType>> parts;
  for (const auto& child : duckdb::StructType::GetChildTypes(type)) {
    parts.emplace_back(child.first, child.second);
  }
  return Nested(TypeId::kStruct, parts);
}

std::optional<Type> NumberFrom(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
      return iceberg::Primitive(TypeId::kInt);
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UINTEGER:
      return iceberg::Primitive(TypeId::kLong);
    case LogicalTypeId::UBIGINT:
      return iceberg::Decimal(20, 0);
    case LogicalTypeId::FLOAT:
      return iceberg::Primitive(TypeId::kFloat);
    case LogicalTypeId::DOUBLE:
      return iceberg::Primitive(TypeId::kDouble);
    case LogicalTypeId::DECIMAL:
      return iceberg::Decimal(duckdb::DecimalType::GetWidth(type),
                              duckdb::DecimalType::GetScale(type));
    default:
      return std::nullopt;
  }
}

}  // namespace

LogicalType LogicalTypeFrom(const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      return LogicalType::BOOLEAN;
    case TypeId::kInt:
    case TypeId::kUnknown:  // holds NULL only
      return LogicalType::INTEGER;
    case TypeId::kLong:
      return LogicalType::BIGINT;
    case TypeId::kFloat:
      return LogicalType::FLOAT;
    case TypeId::kDouble:
      return LogicalType::DOUBLE;
    case TypeId::kDecimal:
      return LogicalType::DECIMAL(static_cast<uint8_t>(type.precision),
                                  static_cast<uint8_t>(type.scale));
    case TypeId::kDate:
      return LogicalType::DATE;
    case TypeId::kTime:
      return LogicalType::TIME;
    case TypeId::kTimestamp:
      return LogicalType::TIMESTAMP;
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:  // DuckDB has no zoned type finer than a microsecond
      return LogicalType::TIMESTAMP_TZ;
    case TypeId::kTimestampNs:
      return LogicalType::TIMESTAMP_NS;
    case TypeId::kString:
      return LogicalType::VARCHAR;
    case TypeId::kUuid:
      return LogicalType::UUID;
    case TypeId::kFixed:
    case TypeId::kBinary:
      return LogicalType::BLOB;
    case TypeId::kVariant:
      return LogicalType::VARIANT();
    case TypeId::kStruct:
      return StructFrom(type);
    case TypeId::kList:
      return LogicalType::LIST(LogicalTypeFrom(type.fields.at(0).type));
    case TypeId::kMap:
      return LogicalType::MAP(LogicalTypeFrom(type.fields.at(0).type),
                              LogicalTypeFrom(type.fields.at(1).type));
  }
  return LogicalType::INTEGER;
}

std::optional<Type> IcebergTypeFrom(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return iceberg::Primitive(TypeId::kBoolean);
    case LogicalTypeId::DATE:
      return iceberg::Primitive(TypeId::kDate);
    case LogicalTypeId::TIME:
      return iceberg::Primitive(TypeId::kTime);
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
      return iceberg::Primitive(TypeId::kTimestamp);
    case LogicalTypeId::TIMESTAMP_NS:
      return iceberg::Primitive(TypeId::kTimestampNs);
    case LogicalTypeId::TIMESTAMP_TZ:
      return iceberg::Primitive(TypeId::kTimestampTz);
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::ENUM:
    case LogicalTypeId::CHAR:
      return iceberg::Primitive(TypeId::kString);
    case LogicalTypeId::UUID:
      return iceberg::Primitive(TypeId::kUuid);
    case LogicalTypeId::BLOB:
      return iceberg::Primitive(TypeId::kBinary);
    case LogicalTypeId::SQLNULL:
      return iceberg::Primitive(TypeId::kInt);
    case LogicalTypeId::STRUCT:
      return StructTypeFrom(type);
    case LogicalTypeId::LIST:
      return Nested(TypeId::kList, {{"element", duckdb::ListType::GetChildType(type)}});
    case LogicalTypeId::ARRAY:
      return Nested(TypeId::kList, {{"element", duckdb::ArrayType::GetChildType(type)}});
    case LogicalTypeId::MAP:
      return Nested(TypeId::kMap, {{"key", duckdb::MapType::KeyType(type)},
                                   {"value", duckdb::MapType::ValueType(type)}});
    default:
      return NumberFrom(type);
  }
}

LogicalType NamedTypeFrom(const Type& type) {
  LogicalType named = LogicalTypeFrom(type);
  if (type.id == TypeId::kTimestampTzNs) named.SetAlias("TIMESTAMPTZ_NS");
  return named;
}

std::string SqlTypeFromIceberg(const Type& type) { return LogicalTypeFrom(type).ToString(); }

}  // namespace healix::lakehouse::engine
