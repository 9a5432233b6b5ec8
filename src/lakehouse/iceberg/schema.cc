// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace healix::lakehouse::iceberg {
namespace {

constexpr int kDecimalPrecisionMax = 38;
constexpr int kFixedBytesMax = 1 << 30;

constexpr std::array<std::pair<TypeId, std::string_view>, 19> kPlainNames{{
    {TypeId::kBoolean, "boolean"},
    {TypeId::kInt, "int"},
    {TypeId::kLong, "long"},
    {TypeId::kFloat, "float"},
    {TypeId::kDouble, "double"},
    {TypeId::kDate, "date"},
    {TypeId::kTime, "time"},
    {TypeId::kTimestamp, "timestamp"},
    {TypeId::kTimestampTz, "timestamptz"},
    {TypeId::kString, "string"},
    {TypeId::kUuid, "uuid"},
    {TypeId::kBinary, "binary"},
    {TypeId::kStruct, "struct"},
    {TypeId::kList, "list"},
    {TypeId::kMap, "map"},
    {TypeId::kTimestampNs, "timestamp_ns"},
    {TypeId::kTimestampTzNs, "timestamptz_ns"},
    {TypeId::kUnknown, "unknown"},
    {TypeId::kVariant, "variant"},
}};

const Field* FindIn(const std::vector<Field>& fields, std::int32_t id) {
  for (const Field& field : fields) {
    if (field.id == id) return &field;
    if (const Field* inner = FindIn(field.type.fields, id)) return inner;
  }
  return nullptr;
}

// A name may hold dots itself, so every field that could be the first part is followed.
const Field* FindPath(const std::vector<Field>& fields, std::string_view path) {
  for (const Field& field : fields) {
    if (field.name == path) return &field;
  }
  for (const Field& field : fields) {
    const std::size_t length = field.name.size();
    if (path.size() <= length + 1 || path[length] != '.' || !path.starts_with(field.name)) continue;
    if (const Field* inner = FindPath(field.type.fields, path.substr(length + 1))) return inner;
  }
  return nullptr;
}

std::int32_t HighestIn(const std::vector<Field>& fields) {
  std::int32_t highest = 0;
  for (const Field& field : fields) {
    highest = std::max({highest, field.id, HighestIn(field.type.fields)});
  }
  return highest;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int> ParseNumber(std::string_view text) {
  text = Trim(text);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Returns what stands between `open` and `close` behind `name`, if the text has that form.
std::optional<std::string_view> Arguments(std::string_view text, std::string_view name_and_open,
                                          char close) {
  if (!text.starts_with(name_and_open) || !text.ends_with(close)) return std::nullopt;
  return text.substr(name_and_open.size(), text.size() - name_and_open.size() - 1);
}

Result<Type> ParseDecimal(std::string_view arguments) {
  const std::size_t comma = arguments.find(',');
  if (comma != std::string_view::npos) {
    const auto precision = ParseNumber(arguments.substr(0, comma));
    const auto scale = ParseNumber(arguments.substr(comma + 1));
    const bool sound = precision && scale && *precision >= 1 &&
                       *precision <= kDecimalPrecisionMax && *scale >= 0 && *scale <= *precision;
    if (sound) return Decimal(*precision, *scale);
  }
  return MakeError(ErrorCode::kMetadataInvalid, "a decimal type has no sound precision and scale");
}

}  // namespace

bool Type::operator==(const Type&) const = default;
bool Field::operator==(const Field&) const = default;
bool Schema::operator==(const Schema&) const = default;

const Field* Schema::FindById(std::int32_t id) const { return FindIn(fields, id); }

const Field* Schema::FindByName(std::string_view name) const { return FindPath(fields, name); }

std::int32_t Schema::HighestFieldId() const { return HighestIn(fields); }

Type Primitive(TypeId id) {
  Type type;
  type.id = id;
  return type;
}

Type Decimal(int precision, int scale) {
  Type type = Primitive(TypeId::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

Type Fixed(int length_bytes) {
  Type type = Primitive(TypeId::kFixed);
  type.length_bytes = length_bytes;
  return type;
}

std::string TypeName(const Type& type) {
  if (type.id == TypeId::kDecimal) {
    return fmt::format("decimal({}, {})", type.precision, type.scale);
  }
  if (type.id == TypeId::kFixed) return fmt::format("fixed[{}]", type.length_bytes);
  for (const auto& [id, name] : kPlainNames) {
    if (id == type.id) return std::string(name);
  }
  return "unknown";
}

Result<Type> ParsePrimitive(std::string_view text) {
  for (const auto& [id, name] : kPlainNames) {
    if (name == text && Primitive(id).IsPrimitive()) return Primitive(id);
  }
  if (const auto arguments = Arguments(text, "decimal(", ')')) return ParseDecimal(*arguments);
  if (const auto arguments = Arguments(text, "fixed[", ']')) {
    const auto length = ParseNumber(*arguments);
    if (length && *length > 0 && *length <= kFixedBytesMax) return Fixed(*length);
    return MakeError(ErrorCode::kMetadataInvalid, "a fixed type has no sound length");
  }
  return MakeError(ErrorCode::kMetadataUnsupported, "the type {} is not known",
                   SafeName(text.substr(0, 64)));
}

}  // namespace healix::lakehouse::iceberg
