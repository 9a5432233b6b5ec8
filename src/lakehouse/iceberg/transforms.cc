// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/transforms.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "lakehouse/iceberg/civil_internal.h"
#include "lakehouse/iceberg/murmur3_internal.h"
#include "lakehouse/iceberg/utf8_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::array<std::pair<TransformKind, std::string_view>, 8> kNames{{
    {TransformKind::kIdentity, "identity"},
    {TransformKind::kBucket, "bucket"},
    {TransformKind::kTruncate, "truncate"},
    {TransformKind::kYear, "year"},
    {TransformKind::kMonth, "month"},
    {TransformKind::kDay, "day"},
    {TransformKind::kHour, "hour"},
    {TransformKind::kVoid, "void"},
}};

bool HasWidth(TransformKind kind) {
  return kind == TransformKind::kBucket || kind == TransformKind::kTruncate;
}

bool IsTimestamp(TypeId id) {
  return id == TypeId::kTimestamp || id == TypeId::kTimestampTz || id == TypeId::kTimestampNs ||
         id == TypeId::kTimestampTzNs;
}

bool IsNanos(TypeId id) { return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs; }

bool CanTake(TransformKind kind, TypeId source) {
  switch (kind) {
    case TransformKind::kIdentity:
      return source != TypeId::kUnknown && source != TypeId::kVariant;
    case TransformKind::kBucket:
      return IsTimestamp(source) || source == TypeId::kInt || source == TypeId::kLong ||
             source == TypeId::kDecimal || source == TypeId::kDate || source == TypeId::kTime ||
             source == TypeId::kString || source == TypeId::kUuid || source == TypeId::kFixed ||
             source == TypeId::kBinary;
    case TransformKind::kTruncate:
      return source == TypeId::kInt || source == TypeId::kLong || source == TypeId::kDecimal ||
             source == TypeId::kString || source == TypeId::kBinary;
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return source == TypeId::kDate || IsTimestamp(source);
    case TransformKind::kHour:
      return IsTimestamp(source);
    default:
      return true;
  }
}

Error CanNotTake(const Transform& transform, const Type& source) {
  return MakeError(ErrorCode::kMetadataInvalid, "the transform {} can't be applied to {}",
                   SafeName(TransformName(transform)), SafeName(TypeName(source)));
}

template <typename Integer>
Integer TruncateNumber(Integer value, std::int32_t width) {
  const Integer remainder = ((value % width) + width) % width;
  return value - remainder;
}

// Near the lower end the truncated number does not fit; it wraps, as in other implementations.
template <typename Integer, typename Unsigned>
Integer TruncateWrapping(Integer value, std::int32_t width) {
  const Int128 truncated = TruncateNumber<Int128>(value, width);
  return static_cast<Integer>(static_cast<Unsigned>(truncated));
}

Value Truncate(const Transform& transform, const Type& source, const Value& value) {
  switch (source.id) {
    case TypeId::kInt:
      return Value(TruncateWrapping<std::int32_t, std::uint32_t>(std::get<std::int32_t>(value),
                                                                 transform.width));
    case TypeId::kLong:
      return Value(TruncateWrapping<std::int64_t, std::uint64_t>(std::get<std::int64_t>(value),
                                                                 transform.width));
    case TypeId::kDecimal:
      return Value(TruncateNumber<Int128>(std::get<Int128>(value), transform.width));
    case TypeId::kString:
      return Value(std::string(
          Utf8Prefix(std::get<std::string>(value), static_cast<std::size_t>(transform.width))));
    default:
      return Value(
          std::get<std::string>(value).substr(0, static_cast<std::size_t>(transform.width)));
  }
}

std::int64_t TicksPerHour(TypeId id) {
  return IsNanos(id) ? std::int64_t{3'600'000'000'000} : std::int64_t{3'600'000'000};
}

std::int64_t DaysOf(const Type& source, const Value& value) {
  if (source.id == TypeId::kDate) return std::get<std::int32_t>(value);
  return FloorDivide(std::get<std::int64_t>(value), 24 * TicksPerHour(source.id));
}

Value DatePart(TransformKind kind, const Type& source, const Value& value) {
  if (kind == TransformKind::kHour) {
    const std::int64_t hours = FloorDivide(std::get<std::int64_t>(value), TicksPerHour(source.id));
    return Value(static_cast<std::int32_t>(hours));
  }
  const std::int64_t days = DaysOf(source, value);
  if (kind == TransformKind::kDay) return Value(static_cast<std::int32_t>(days));
  const CivilDate date = CivilFromDays(days);
  const std::int64_t years = date.year - 1970;
  if (kind == TransformKind::kYear) return Value(static_cast<std::int32_t>(years));
  return Value(static_cast<std::int32_t>(years * 12 + date.month - 1));
}

std::string LongBytes(std::int64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>((static_cast<std::uint64_t>(number) >> (8 * i)) & 0xFF);
  }
  return bytes;
}

}  // namespace

Result<Transform> ParseTransform(std::string_view text) {
  const std::size_t bracket = text.find('[');
  const std::string_view name = text.substr(0, bracket);
  for (const auto& [kind, known] : kNames) {
    if (known != name || HasWidth(kind) != (bracket != std::string_view::npos)) continue;
    if (!HasWidth(kind)) return Transform{kind, 0, {}};
    std::string_view digits = text.substr(bracket + 1);
    std::int32_t width = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
    const bool is_closed = end == digits.data() + digits.size() - 1 && digits.ends_with(']');
    if (error != std::errc{} || !is_closed || width <= 0) {
      return MakeError(ErrorCode::kMetadataInvalid, "a transform has no positive width");
    }
    return Transform{kind, width, {}};
  }
  return Transform{TransformKind::kUnknown, 0, std::string(text)};
}

std::string TransformName(const Transform& transform) {
  for (const auto& [kind, name] : kNames) {
    if (kind != transform.kind) continue;
    return HasWidth(kind) ? fmt::format("{}[{}]", name, transform.width) : std::string(name);
  }
  return transform.text;
}

Result<Type> ResultType(const Transform& transform, const Type& source) {
  if (!source.IsPrimitive() || !CanTake(transform.kind, source.id)) {
    return CanNotTake(transform, source);
  }
  switch (transform.kind) {
    case TransformKind::kIdentity:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      return source;
    case TransformKind::kDay:
      return Primitive(TypeId::kDate);
    case TransformKind::kUnknown:
      return Primitive(TypeId::kUnknown);
    default:
      return Primitive(TypeId::kInt);
  }
}

Result<Value> Apply(const Transform& transform, const Type& source, const Value& value) {
  if (transform.kind == TransformKind::kUnknown) {
    return MakeError(ErrorCode::kMetadataUnsupported, "the transform {} is not known",
                     SafeName(transform.text));
  }
  if (!source.IsPrimitive() || !CanTake(transform.kind, source.id)) {
    return CanNotTake(transform, source);
  }
  if (!Fits(source, value)) {
    return MakeError(ErrorCode::kInvalidArgument, "a value is not of type {}",
                     SafeName(TypeName(source)));
  }
  if (IsNull(value) || transform.kind == TransformKind::kVoid) return Value();
  if (transform.kind == TransformKind::kIdentity) return value;
  if (transform.kind == TransformKind::kTruncate) return Truncate(transform, source, value);
  if (transform.kind != TransformKind::kBucket) return DatePart(transform.kind, source, value);
  HEALIX_TRY(const std::int32_t hash, BucketHash(source, value));
  return Value((hash & std::numeric_limits<std::int32_t>::max()) % transform.width);
}

Result<std::int32_t> BucketHash(const Type& source, const Value& value) {
  if (IsNull(value) || !Fits(source, value)) {
    return MakeError(ErrorCode::kInvalidArgument, "a value is NULL or not of type {}",
                     SafeName(TypeName(source)));
  }
  switch (source.id) {
    case TypeId::kInt:
    case TypeId::kDate:
      return Murmur3(LongBytes(std::get<std::int32_t>(value)));
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return Murmur3(LongBytes(FloorDivide(std::get<std::int64_t>(value), 1000)));
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return Murmur3(LongBytes(std::get<std::int64_t>(value)));
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary:
      return Murmur3(std::get<std::string>(value));
    case TypeId::kDecimal: {
      HEALIX_TRY(const std::string bytes, EncodeValue(source, value));
      return Murmur3(bytes);
    }
    default:
      return CanNotTake(Transform{TransformKind::kBucket, 1, {}}, source);
  }
}

Result<std::string> HumanPartitionValue(const Transform& transform, const Type& source,
                                        const Value& value) {
  HEALIX_TRY(const Type type, ResultType(transform, source));
  const auto* number = std::get_if<std::int32_t>(&value);
  if (number == nullptr) return HumanValue(type, value);
  const std::int64_t year = FloorDivide(*number, 12) + 1970;
  switch (transform.kind) {
    case TransformKind::kYear:
      return fmt::format("{:04}", std::int64_t{*number} + 1970);
    case TransformKind::kMonth:
      return fmt::format("{:04}-{:02}", year, *number - FloorDivide(*number, 12) * 12 + 1);
    case TransformKind::kHour: {
      const std::int64_t day = FloorDivide(*number, 24);
      return fmt::format(
          "{}-{:02}", HumanValue(Primitive(TypeId::kDate), Value(static_cast<std::int32_t>(day))),
          *number - day * 24);
    }
    default:
      return HumanValue(type, value);
  }
}

}  // namespace healix::lakehouse::iceberg
