// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/value.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <type_traits>

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kDecimalBytesMax = 16;
constexpr std::int64_t kMicrosPerDay = std::int64_t{86'400} * 1'000'000;

template <std::unsigned_integral Bits>
std::string LittleEndian(Bits bits) {
  std::string bytes(sizeof(Bits), '\0');
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    bytes[i] = static_cast<char>((bits >> (8 * i)) & 0xFF);
  }
  return bytes;
}

template <std::unsigned_integral Bits>
Bits FromLittleEndian(std::string_view bytes) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    bits |= static_cast<Bits>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return bits;
}

std::int32_t Int32From(std::string_view bytes) {
  return std::bit_cast<std::int32_t>(FromLittleEndian<std::uint32_t>(bytes));
}

/// Two's complement, big-endian, as few bytes as the value needs.
std::string DecimalBytes(Int128 value) {
  std::string bytes;
  while (true) {
    const auto byte = static_cast<signed char>(value & 0xFF);
    bytes.insert(bytes.begin(), static_cast<char>(byte));
    value >>= 8;
    if ((value == 0 && byte >= 0) || (value == -1 && byte < 0)) return bytes;
  }
}

Error WrongLength(const Type& type) {
  return MakeError(ErrorCode::kMetadataInvalid, "a value of type {} has a wrong length",
                   SafeName(TypeName(type)));
}

Error NoBinaryForm(const Type& type) {
  return MakeError(ErrorCode::kMetadataUnsupported, "type {} has no binary form",
                   SafeName(TypeName(type)));
}

Result<Value> DecodeLong(const Type& type, std::string_view bytes) {
  if (bytes.size() == 8) {
    return Value(std::bit_cast<std::int64_t>(FromLittleEndian<std::uint64_t>(bytes)));
  }
  if (bytes.size() != 4) return WrongLength(type);
  const std::int64_t narrow = Int32From(bytes);
  switch (type.id) {  // written as int or date before the column was widened
    case TypeId::kLong:
      return Value(narrow);
    case TypeId::kTimestamp:
      return Value(narrow * kMicrosPerDay);
    case TypeId::kTimestampNs: {
      std::int64_t nanos = 0;
      if (__builtin_mul_overflow(narrow, kMicrosPerDay * 1000, &nanos)) return WrongLength(type);
      return Value(nanos);
    }
    default:
      return WrongLength(type);
  }
}

Result<Value> DecodeFloating(const Type& type, std::string_view bytes) {
  if (bytes.size() == 4) {
    const auto narrow = std::bit_cast<float>(FromLittleEndian<std::uint32_t>(bytes));
    return type.id == TypeId::kFloat ? Value(narrow) : Value(static_cast<double>(narrow));
  }
  if (bytes.size() != 8 || type.id == TypeId::kFloat) return WrongLength(type);
  return Value(std::bit_cast<double>(FromLittleEndian<std::uint64_t>(bytes)));
}

Result<Value> DecodeDecimal(const Type& type, std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kDecimalBytesMax) return WrongLength(type);
  Int128 value = static_cast<signed char>(bytes[0]) < 0 ? -1 : 0;
  for (const char byte : bytes) value = (value * 256) | static_cast<unsigned char>(byte);
  return Value(value);
}

/// IEEE 754 total order as far as values go: -NaN and NaN both last.
template <std::floating_point Float>
std::strong_ordering CompareFloating(Float left, Float right) {
  if (std::isnan(left) || std::isnan(right)) return std::isnan(left) <=> std::isnan(right);
  if (left < right) return std::strong_ordering::less;
  if (left > right) return std::strong_ordering::greater;
  return std::signbit(right) <=> std::signbit(left);
}

std::strong_ordering CompareInt128(Int128 left, Int128 right) {
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

template <typename T>
std::strong_ordering CompareSame(const T& left, const T& right) {
  if constexpr (std::is_same_v<T, std::monostate>)
    return std::strong_ordering::equal;
  else if constexpr (std::floating_point<T>)
    return CompareFloating(left, right);
  else if constexpr (std::is_same_v<T, Int128>)
    return CompareInt128(left, right);
  else
    return left <=> right;  // std::string compares as unsigned bytes
}

}  // namespace

bool IsNan(const Value& value) {
  if (const auto* number = std::get_if<float>(&value)) return std::isnan(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
  return false;
}

bool Fits(const Type& type, const Value& value) {
  if (IsNull(value)) return true;
  switch (type.id) {
    case TypeId::kBoolean:
      return std::holds_alternative<bool>(value);
    case TypeId::kInt:
    case TypeId::kDate:
      return std::holds_alternative<std::int32_t>(value);
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return std::holds_alternative<std::int64_t>(value);
    case TypeId::kFloat:
      return std::holds_alternative<float>(value);
    case TypeId::kDouble:
      return std::holds_alternative<double>(value);
    case TypeId::kDecimal:
      return std::holds_alternative<Int128>(value);
    case TypeId::kString:
    case TypeId::kBinary:
      return std::holds_alternative<std::string>(value);
    case TypeId::kUuid:
    case TypeId::kFixed: {
      const auto* bytes = std::get_if<std::string>(&value);
      const std::size_t size =
          type.id == TypeId::kUuid ? kUuidBytes : static_cast<std::size_t>(type.length_bytes);
      return bytes != nullptr && bytes->size() == size;
    }
    default:
      return false;
  }
}

std::strong_ordering Compare(const Value& left, const Value& right) {
  if (left.index() != right.index()) return left.index() <=> right.index();  // NULL is index 0
  return std::visit(
      [&right](const auto& value) {
        return CompareSame(value, std::get<std::remove_cvref_t<decltype(value)>>(right));
      },
      left);
}

Result<std::string> EncodeValue(const Type& type, const Value& value) {
  if (!type.IsPrimitive() || type.id == TypeId::kUnknown || type.id == TypeId::kVariant) {
    return NoBinaryForm(type);
  }
  if (IsNull(value) || !Fits(type, value)) {
    return MakeError(ErrorCode::kInvalidArgument, "a value is NULL or not of type {}",
                     SafeName(TypeName(type)));
  }
  return std::visit(
      [](const auto& content) -> std::string {
        using T = std::remove_cvref_t<decltype(content)>;
        if constexpr (std::is_same_v<T, bool>)
          return std::string(1, content ? '\1' : '\0');
        else if constexpr (std::is_same_v<T, std::int32_t> || std::is_same_v<T, float>)
          return LittleEndian(std::bit_cast<std::uint32_t>(content));
        else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>)
          return LittleEndian(std::bit_cast<std::uint64_t>(content));
        else if constexpr (std::is_same_v<T, Int128>)
          return DecimalBytes(content);
        else if constexpr (std::is_same_v<T, std::string>)
          return content;
        else
          return "";  // NULL was refused above
      },
      value);
}

Result<Value> DecodeValue(const Type& type, std::string_view bytes) {
  switch (type.id) {
    case TypeId::kBoolean:
      if (bytes.size() != 1) return WrongLength(type);
      return Value(bytes[0] != 0);
    case TypeId::kInt:
    case TypeId::kDate:
      if (bytes.size() != 4) return WrongLength(type);
      return Value(Int32From(bytes));
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return DecodeLong(type, bytes);
    case TypeId::kFloat:
    case TypeId::kDouble:
      return DecodeFloating(type, bytes);
    case TypeId::kDecimal:
      return DecodeDecimal(type, bytes);
    case TypeId::kString:
    case TypeId::kBinary:
      return Value(std::string(bytes));
    case TypeId::kUuid:
    case TypeId::kFixed: {
      Value value(std::string{bytes});
      if (!Fits(type, value)) return WrongLength(type);
      return value;
    }
    default:
      return NoBinaryForm(type);
  }
}

}  // namespace healix::lakehouse::iceberg
