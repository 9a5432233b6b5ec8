// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::Value;
using iceberg::Type;
using iceberg::TypeId;
using nlohmann::json;

Value FromJson(const json& value, const Type& type);

Value BytesFromHex(const std::string& hex) {
  std::string escaped;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) escaped += "\\x" + hex.substr(i, 2);
  return Value::BLOB(escaped);
}

// A struct default names its fields by id: {"1": 1, "2": "bar"}.
Value StructFromJson(const json& value, const Type& type) {
  duckdb::child_list_t<Value> children;
  for (const iceberg::Field& field : type.fields) {
    const auto found = value.find(std::to_string(field.id));
    children.emplace_back(field.name, found == value.end() ? Value(LogicalTypeFrom(field.type))
                                                           : FromJson(*found, field.type));
  }
  return Value::STRUCT(std::move(children));
}

duckdb::vector<Value> AllFromJson(const json& values, const Type& type) {
  duckdb::vector<Value> result;
  for (const json& value : values) result.push_back(FromJson(value, type));
  return result;
}

Value NestedFromJson(const json& value, const Type& type) {
  if (type.id == TypeId::kStruct) return StructFromJson(value, type);
  if (type.id == TypeId::kList) {
    const Type& element = type.fields.at(0).type;
    return Value::LIST(LogicalTypeFrom(element), AllFromJson(value, element));
  }
  const Type& key = type.fields.at(0).type;
  const Type& mapped = type.fields.at(1).type;
  return Value::MAP(LogicalTypeFrom(key), LogicalTypeFrom(mapped),
                    AllFromJson(value.at("keys"), key), AllFromJson(value.at("values"), mapped));
}

Value FromJson(const json& value, const Type& type) {
  const duckdb::LogicalType target = LogicalTypeFrom(type);
  if (value.is_null()) return Value(target);
  if (!type.IsPrimitive()) return NestedFromJson(value, type);
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (type.id == TypeId::kBinary || type.id == TypeId::kFixed) return BytesFromHex(text);
  return Value(text).DefaultCastAs(target);
}

}  // namespace

Result<Value> ValueFromJson(std::string_view text, const Type& type) {
  try {
    return FromJson(json::parse(text), type);
  } catch (const std::exception&) {
    return MakeError(ErrorCode::kMetadataInvalid, "a default value does not fit its type {}",
                     SafeName(iceberg::TypeName(type)));
  }
}

}  // namespace healix::lakehouse::engine
