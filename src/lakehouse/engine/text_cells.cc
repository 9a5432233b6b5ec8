// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "lakehouse/engine/query_stream_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;
using Kind = TextCell::Kind;

// `2024-01-31 08:00:00+00` of DuckDB as ISO 8601.
std::string Iso(std::string text) {
  const std::size_t space = text.find(' ');
  if (space != std::string::npos && text.find("BC") == std::string::npos) text[space] = 'T';
  if (text.ends_with("+00")) text.replace(text.size() - 3, 3, "Z");
  return text;
}

template <typename T>
TextCell Float(T number) {
  if (std::isnan(number)) return {Kind::kText, "NaN"};
  if (std::isinf(number)) return {Kind::kText, number > 0 ? "Infinity" : "-Infinity"};
  return {Kind::kLiteral, fmt::format("{}", number)};
}

void AppendJson(std::string& out, const Value& value) {
  const TextCell cell = CellFrom(value);
  switch (cell.kind) {
    case Kind::kNull:
      out += "null";
      break;
    case Kind::kText:
      AppendJsonText(out, cell.text);
      break;
    case Kind::kLiteral:
    case Kind::kJson:
      out += cell.text;
      break;
  }
}

TextCell Array(const duckdb::vector<Value>& values) {
  TextCell cell{Kind::kJson, "["};
  for (const Value& value : values) {
    if (cell.text.size() > 1) cell.text += ", ";
    AppendJson(cell.text, value);
  }
  cell.text += ']';
  return cell;
}

TextCell Struct(const Value& value) {
  const auto& members = duckdb::StructType::GetChildTypes(value.type());
  const auto& values = duckdb::StructValue::GetChildren(value);
  TextCell cell{Kind::kJson, "{"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) cell.text += ", ";
    AppendJsonText(cell.text, members[i].first);
    cell.text += ": ";
    AppendJson(cell.text, values[i]);
  }
  cell.text += '}';
  return cell;
}

}  // namespace

TextCell CellFrom(const Value& value) {
  if (value.IsNull()) return {};
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
      return {Kind::kLiteral, value.GetValue<bool>() ? "true" : "false"};
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UTINYINT:
    case LogicalTypeId::USMALLINT:
    case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT:
    case LogicalTypeId::UHUGEINT:
    case LogicalTypeId::DECIMAL:
      return {Kind::kLiteral, value.ToString()};
    case LogicalTypeId::FLOAT:
      return Float(value.GetValueUnsafe<float>());
    case LogicalTypeId::DOUBLE:
      return Float(value.GetValueUnsafe<double>());
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
      return {Kind::kText, Iso(value.ToString())};
    case LogicalTypeId::TIMESTAMP_TZ:
      return {Kind::kText,
              Iso(value.DefaultCastAs(duckdb::LogicalType::TIMESTAMP).ToString()) + "Z"};
    case LogicalTypeId::BLOB:
      return {Kind::kText,
              duckdb::Blob::ToBase64(duckdb::string_t(duckdb::StringValue::Get(value)))};
    case LogicalTypeId::LIST:
      return Array(duckdb::ListValue::GetChildren(value));
    case LogicalTypeId::MAP:
      return Array(duckdb::MapValue::GetChildren(value));
    case LogicalTypeId::ARRAY:
      return Array(duckdb::ArrayValue::GetChildren(value));
    case LogicalTypeId::STRUCT:
      return Struct(value);
    default:
      return {Kind::kText, value.ToString()};
  }
}

}  // namespace healix::lakehouse::engine
