// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/duckdb_internal.h"
//
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/function_set.hpp>
#include <duckdb/main/extension/extension_loader.hpp>

#include "lakehouse/engine/bucket_hash_internal.h"
#include "lakehouse/iceberg/transforms.h"

namespace healix::lakehouse::engine {
namespace {

std::int32_t HashOf(const iceberg::Type& type, const iceberg::Value& value) {
  const auto hash = iceberg::BucketHash(type, value);
  HEALIX_CHECK(hash.has_value(), "a value fits the type it was made for");
  return *hash;
}

std::int32_t HashNumber(std::int64_t number) {
  static const iceberg::Type type = iceberg::Primitive(iceberg::TypeId::kLong);
  return HashOf(type, iceberg::Value(number));
}

std::int32_t HashDecimal(duckdb::hugeint_t number) {
  static const iceberg::Type type = iceberg::Decimal(38, 0);
  const auto high = static_cast<iceberg::Int128>(number.upper) << 64;
  return HashOf(type, iceberg::Value(high | static_cast<iceberg::Int128>(number.lower)));
}

std::int32_t HashBytes(duckdb::string_t bytes) {
  static const iceberg::Type type = iceberg::Primitive(iceberg::TypeId::kBinary);
  return HashOf(type, iceberg::Value(bytes.GetString()));
}

template <typename Input, std::int32_t (*kHash)(Input)>
void HashAll(duckdb::DataChunk& input, duckdb::ExpressionState&, duckdb::Vector& result) {
  duckdb::UnaryExecutor::Execute<Input, std::int32_t>(input.data[0], result, input.size(), kHash);
}

}  // namespace

void RegisterBucketHash(duckdb::DatabaseInstance& database) {
  using duckdb::LogicalType;
  const auto overload = [](const LogicalType& input, duckdb::scalar_function_t function) {
    return duckdb::ScalarFunction({input}, LogicalType::INTEGER, std::move(function));
  };
  duckdb::ScalarFunctionSet set("bucket_hash");
  set.AddFunction(overload(LogicalType::BIGINT, HashAll<std::int64_t, HashNumber>));
  set.AddFunction(overload(LogicalType::HUGEINT, HashAll<duckdb::hugeint_t, HashDecimal>));
  set.AddFunction(overload(LogicalType::VARCHAR, HashAll<duckdb::string_t, HashBytes>));
  set.AddFunction(overload(LogicalType::BLOB, HashAll<duckdb::string_t, HashBytes>));
  duckdb::ExtensionLoader(database, "healix").RegisterFunction(std::move(set));
}

}  // namespace healix::lakehouse::engine
