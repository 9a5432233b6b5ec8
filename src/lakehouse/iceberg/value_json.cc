// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "lakehouse/iceberg/json_internal.h"
#include "lakehouse/iceberg/value.h"
#include "lakehouse/iceberg/value_text_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::string_view kUtcOffset = "+00:00";

Error NotOfType(const Type& type) {
  return MakeError(ErrorCode::kMetadataInvalid, "a JSON value is not of type {}",
                   SafeName(TypeName(type)));
}

/// Returns the text of a value whose JSON form is a string.
std::string Text(const Type& type, const Value& value) {
  switch (type.id) {
    case TypeId::kDecimal:
      return DecimalText(std::get<Int128>(value), type.scale);
    case TypeId::kDate:
      return DateText(std::get<std::int32_t>(value));
    case TypeId::kTime:
      return TimeText(std::get<std::int64_t>(value), Fraction::kMicros);
    case TypeId::kTimestamp:
      return TimestampText(std::get<std::int64_t>(value), Fraction::kMicros);
    case TypeId::kTimestampNs:
      return TimestampText(std::get<std::int64_t>(value), Fraction::kNanos);
    case TypeId::kTimestampTz:
      return TimestampText(std::get<std::int64_t>(value), Fraction::kMicros).append(kUtcOffset);
    case TypeId::kTimestampTzNs:
      return TimestampText(std::get<std::int64_t>(value), Fraction::kNanos).append(kUtcOffset);
    case TypeId::kUuid:
      return UuidText(std::get<std::string>(value));
    case TypeId::kFixed:
    case TypeId::kBinary:
      return HexText(std::get<std::string>(value));
    default:
      return std::get<std::string>(value);
  }
}

template <typename T>
Result<Value> Found(const Type& type, std::optional<T> parsed) {
  if (!parsed) return NotOfType(type);
  return Value(*std::move(parsed));
}

Result<Value> ParseZoned(const Type& type, std::string_view text, Fraction fraction) {
  if (!text.ends_with(kUtcOffset)) return NotOfType(type);
  text.remove_suffix(kUtcOffset.size());
  return Found(type, ParseTimestamp(text, fraction));
}

Result<Value> ParseText(const Type& type, const std::string& text) {
  switch (type.id) {
    case TypeId::kDecimal:
      return Found(type, ParseDecimal(text, type.precision, type.scale));
    case TypeId::kDate: {
      const std::optional<std::int64_t> days = ParseDate(text);
      if (!days) return NotOfType(type);
      return Value(static_cast<std::int32_t>(*days));
    }
    case TypeId::kTime:
      return Found(type, ParseTime(text, Fraction::kMicros));
    case TypeId::kTimestamp:
      return Found(type, ParseTimestamp(text, Fraction::kMicros));
    case TypeId::kTimestampNs:
      return Found(type, ParseTimestamp(text, Fraction::kNanos));
    case TypeId::kTimestampTz:
      return ParseZoned(type, text, Fraction::kMicros);
    case TypeId::kTimestampTzNs:
      return ParseZoned(type, text, Fraction::kNanos);
    case TypeId::kUuid:
      return Found(type, ParseUuid(text));
    case TypeId::kFixed:
    case TypeId::kBinary: {
      HEALIX_TRY(Value value, Found(type, ParseHex(text)));
      if (!Fits(type, value)) return NotOfType(type);
      return value;
    }
    case TypeId::kString:
      return Value(text);
    default:
      return NotOfType(type);
  }
}

Result<Value> ParseScalar(const Type& type, const Json& json) {
  switch (type.id) {
    case TypeId::kBoolean: {
      HEALIX_TRY(const bool truth, ConvertJson<bool>(json, "default"));
      return Value(truth);
    }
    case TypeId::kInt: {
      HEALIX_TRY(const std::int32_t number, ConvertJson<std::int32_t>(json, "default"));
      return Value(number);
    }
    case TypeId::kLong: {
      HEALIX_TRY(const std::int64_t number, ConvertJson<std::int64_t>(json, "default"));
      return Value(number);
    }
    case TypeId::kFloat:
      if (!json.is_number()) return NotOfType(type);
      return Value(json.get<float>());
    case TypeId::kDouble:
      if (!json.is_number()) return NotOfType(type);
      return Value(json.get<double>());
    default:
      if (!json.is_string()) return NotOfType(type);
      return ParseText(type, json.get<std::string>());
  }
}

bool HasJsonForm(const Type& type) {
  return type.IsPrimitive() && type.id != TypeId::kUnknown && type.id != TypeId::kVariant;
}

std::string PrintValue(const Type& type, const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<float>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (type.id == TypeId::kInt) return fmt::format("{}", std::get<std::int32_t>(value));
  if (type.id == TypeId::kLong) return fmt::format("{}", std::get<std::int64_t>(value));
  return Text(type, value);
}

bool IsFinite(const Value& value) {
  if (const auto* number = std::get_if<float>(&value)) return std::isfinite(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::isfinite(*number);
  return true;
}

}  // namespace

Result<std::string> PrintJsonValue(const Type& type, const Value& value) {
  if (IsNull(value)) return std::string("null");
  if (!HasJsonForm(type) || !IsFinite(value)) {
    return MakeError(ErrorCode::kMetadataUnsupported, "a value of type {} has no JSON form",
                     SafeName(TypeName(type)));
  }
  if (!Fits(type, value)) {
    return MakeError(ErrorCode::kInvalidArgument, "a value is not of type {}",
                     SafeName(TypeName(type)));
  }
  const std::string text = PrintValue(type, value);
  const bool is_plain = type.id == TypeId::kBoolean || type.id == TypeId::kInt ||
                        type.id == TypeId::kLong || type.id == TypeId::kFloat ||
                        type.id == TypeId::kDouble;
  return is_plain ? text : PrintJson(Json(text));
}

Result<Value> ParseJsonValue(const Type& type, std::string_view json) {
  HEALIX_TRY(const Json parsed, ParseJson(json));
  if (parsed.is_null()) return Value();
  if (!HasJsonForm(type)) {
    return MakeError(ErrorCode::kMetadataUnsupported, "type {} has no JSON form that we read",
                     SafeName(TypeName(type)));
  }
  return ParseScalar(type, parsed);
}

std::string HumanValue(const Type& type, const Value& value) {
  if (IsNull(value) || !Fits(type, value)) return "null";
  if (type.id == TypeId::kFixed || type.id == TypeId::kBinary) {
    return Base64Text(std::get<std::string>(value));
  }
  return PrintValue(type, value);
}

}  // namespace healix::lakehouse::iceberg
