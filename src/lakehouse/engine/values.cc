// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::hugeint_t;
using duckdb::Value;
using iceberg::Type;
using iceberg::TypeId;

static_assert(std::endian::native == std::endian::little, "Appendix D values are little-endian");

Error BadBytes(const Type& type) {
  return MakeError(ErrorCode::kMetadataInvalid, "a bound does not have the size of its type {}",
                   SafeName(iceberg::TypeName(type)));
}

template <typename T>
std::optional<T> Number(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) return std::nullopt;
  T number;
  std::memcpy(&number, bytes.data(), sizeof(T));
  return number;
}

template <typename T>
std::string Bytes(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof(T)};
}

// A bound written before int was widened to long, or float to double, keeps its first form.
std::optional<std::int64_t> Long(std::string_view bytes) {
  if (const auto narrow = Number<std::int32_t>(bytes)) return *narrow;
  return Number<std::int64_t>(bytes);
}

std::optional<double> Double(std::string_view bytes) {
  if (const auto narrow = Number<float>(bytes)) return *narrow;
  return Number<double>(bytes);
}

hugeint_t HugeFromBigEndian(std::string_view bytes) {
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  std::uint64_t upper = negative ? ~std::uint64_t{0} : 0;
  std::uint64_t lower = upper;
  for (const char c : bytes) {
    upper = (upper << 8) | (lower >> 56);
    lower = (lower << 8) | static_cast<unsigned char>(c);
  }
  return hugeint_t(static_cast<std::int64_t>(upper), lower);
}

// Two's complement, big-endian, as few bytes as hold the number.
std::string BigEndian(const hugeint_t& number) {
  std::string bytes;
  const auto upper = static_cast<std::uint64_t>(number.upper);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(upper >> shift);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(number.lower >> shift);
  std::size_t drop = 0;
  while (drop + 1 < bytes.size()) {
    const auto lead = static_cast<unsigned char>(bytes[drop]);
    const bool next_negative = (static_cast<unsigned char>(bytes[drop + 1]) & 0x80) != 0;
    if (!((lead == 0x00 && !next_negative) || (lead == 0xff && next_negative))) break;
    ++drop;
  }
  return bytes.substr(drop);
}

std::optional<Value> DecimalFrom(std::string_view bytes, const Type& type) {
  if (bytes.empty() || bytes.size() > 16) return std::nullopt;
  const hugeint_t number = HugeFromBigEndian(bytes);
  const auto width = static_cast<uint8_t>(type.precision);
  const auto scale = static_cast<uint8_t>(type.scale);
  if (width > 18) return Value::DECIMAL(number, width, scale);
  std::int64_t narrow = 0;
  if (!duckdb::Hugeint::TryCast(number, narrow)) return std::nullopt;
  return Value::DECIMAL(narrow, width, scale);
}

template <typename T, typename Make>
std::optional<Value> Map(const std::optional<T>& number, Make make) {
  if (!number) return std::nullopt;
  return make(*number);
}

Value UuidFrom(std::string_view bytes) {
  hugeint_t number = HugeFromBigEndian(bytes);
  number.upper ^= std::int64_t{1} << 63;  // DuckDB flips the top bit so that UUIDs sort as numbers
  return Value::UUID(number);
}

std::optional<Value> FromBytes(std::string_view bytes, const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      return Map(Number<std::uint8_t>(bytes), [](auto v) { return Value::BOOLEAN(v != 0); });
    case TypeId::kInt:
      return Map(Number<std::int32_t>(bytes), [](auto v) { return Value::INTEGER(v); });
    case TypeId::kLong:
      return Map(Long(bytes), [](auto v) { return Value::BIGINT(v); });
    case TypeId::kFloat:
      return Map(Number<float>(bytes), [](auto v) { return Value::FLOAT(v); });
    case TypeId::kDouble:
      return Map(Double(bytes), [](auto v) { return Value::DOUBLE(v); });
    case TypeId::kDate:
      return Map(Number<std::int32_t>(bytes),
                 [](auto v) { return Value::DATE(duckdb::date_t(v)); });
    case TypeId::kTime:
      return Map(Number<std::int64_t>(bytes),
                 [](auto v) { return Value::TIME(duckdb::dtime_t(v)); });
    case TypeId::kTimestamp:
      return Map(Number<std::int64_t>(bytes),
                 [](auto v) { return Value::TIMESTAMP(duckdb::timestamp_t(v)); });
    case TypeId::kTimestampTz:
      return Map(Number<std::int64_t>(bytes),
                 [](auto v) { return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(v)); });
    case TypeId::kTimestampNs:
      return Map(Number<std::int64_t>(bytes),
                 [](auto v) { return Value::TIMESTAMPNS(duckdb::timestamp_ns_t(v)); });
    case TypeId::kTimestampTzNs:
      return Map(Number<std::int64_t>(bytes),
                 [](auto v) { return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(v / 1000)); });
    case TypeId::kString:
      if (!Value::StringIsValid(bytes.data(), bytes.size())) return std::nullopt;
      return Value(std::string(bytes));
    case TypeId::kUuid:
      if (bytes.size() != 16) return std::nullopt;
      return UuidFrom(bytes);
    case TypeId::kFixed:
    case TypeId::kBinary:
      return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(bytes.data()), bytes.size());
    case TypeId::kDecimal:
      return DecimalFrom(bytes, type);
    default:
      return std::nullopt;
  }
}

std::string DecimalBytes(const Value& value) {
  switch (value.type().InternalType()) {
    case duckdb::PhysicalType::INT16:
      return BigEndian(hugeint_t(value.GetValueUnsafe<std::int16_t>()));
    case duckdb::PhysicalType::INT32:
      return BigEndian(hugeint_t(value.GetValueUnsafe<std::int32_t>()));
    case duckdb::PhysicalType::INT64:
      return BigEndian(hugeint_t(value.GetValueUnsafe<std::int64_t>()));
    default:
      return BigEndian(value.GetValueUnsafe<hugeint_t>());
  }
}

std::string UuidBytes(const Value& value) {
  hugeint_t number = value.GetValueUnsafe<hugeint_t>();
  number.upper ^= std::int64_t{1} << 63;
  std::string bytes = Bytes(static_cast<std::uint64_t>(number.upper));
  std::reverse(bytes.begin(), bytes.end());
  std::string low = Bytes(number.lower);
  std::reverse(low.begin(), low.end());
  return bytes + low;
}

}  // namespace

Result<Value> ValueFromBinary(std::string_view bytes, const Type& type) {
  auto value = FromBytes(bytes, type);
  if (!value) return BadBytes(type);
  return *std::move(value);
}

std::optional<std::string> BinaryFromValue(const Value& value, const Type& type) {
  if (value.IsNull()) return std::nullopt;
  switch (type.id) {
    case TypeId::kBoolean:
      return Bytes(static_cast<std::uint8_t>(value.GetValueUnsafe<bool>()));
    case TypeId::kInt:
      return Bytes(value.GetValueUnsafe<std::int32_t>());
    case TypeId::kFloat:
      return Bytes(value.GetValueUnsafe<float>());
    case TypeId::kDouble:
      return Bytes(value.GetValueUnsafe<double>());
    case TypeId::kDate:
      return Bytes(value.GetValueUnsafe<duckdb::date_t>().days);
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
      return Bytes(value.GetValueUnsafe<std::int64_t>());
    case TypeId::kTimestampTzNs:
      return Bytes(value.GetValueUnsafe<std::int64_t>() * 1000);
    case TypeId::kString:
    case TypeId::kFixed:
    case TypeId::kBinary:
      return duckdb::StringValue::Get(value);
    case TypeId::kUuid:
      return UuidBytes(value);
    case TypeId::kDecimal:
      return DecimalBytes(value);
    default:
      return std::nullopt;
  }
}

}  // namespace healix::lakehouse::engine
