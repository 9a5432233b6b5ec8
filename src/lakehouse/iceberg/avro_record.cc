// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "lakehouse/iceberg/avro_record_internal.h"
#include "lakehouse/iceberg/manifest_schema_internal.h"
#include "lakehouse/iceberg/value_text_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

using formats::avro::Datum;

Error WrongType(const FieldKey& key) {
  return MakeError(ErrorCode::kMetadataInvalid, "`{}` of a manifest has the wrong type",
                   SafeName(key.name));
}

Error Missing(const FieldKey& key) {
  return MakeError(ErrorCode::kMetadataInvalid, "a manifest lacks `{}`", SafeName(key.name));
}

template <typename T>
Result<T> Required(Result<std::optional<T>> value, const FieldKey& key) {
  if (!value) return value.error();
  if (!*value) return Missing(key);
  return std::move(**value);
}

/// Returns the two datums of one key-value record, nothing when it has another form.
std::optional<std::pair<std::int64_t, const Datum*>> KeyAndValue(const Datum& item) {
  const formats::avro::Record* record = item.AsRecord();
  if (record == nullptr || record->fields.size() != 2) return std::nullopt;
  const std::optional<std::int64_t> key = record->fields[0].AsLong();
  if (!key || *key != static_cast<std::int32_t>(*key)) return std::nullopt;
  return std::pair(*key, &record->fields[1]);
}

template <typename T>
Result<Value> Held(const std::optional<T>& content) {
  if (content) return Value(*content);
  return MakeError(ErrorCode::kMetadataInvalid, "a partition value is not of its type");
}

Result<Value> TextValue(const Type& type, const Datum& datum) {
  const std::string* text = datum.AsText();
  if (text == nullptr) return Held<std::string>(std::nullopt);
  if (type.id == TypeId::kDecimal) return DecodeValue(type, *text);
  if (type.id == TypeId::kUuid && text->size() != 16) return Held(ParseUuid(*text));
  const Value value(*text);
  return Fits(type, value) ? Result<Value>(value) : Held<std::string>(std::nullopt);
}

/// Takes a value as its Avro type says, for columns we know nothing about.
Result<Value> PlainValue(const Datum& datum) {
  if (const std::string* text = datum.AsText()) return Value(*text);
  if (const auto truth = datum.AsBoolean()) return Value(*truth);
  if (const auto number = datum.AsLong()) return Value(*number);
  return Held(datum.AsDouble());
}

}  // namespace

Result<AvroRecord> AvroRecord::Of(const formats::avro::Schema& schema,
                                  formats::avro::NodeIndex type, const Datum& datum) {
  const formats::avro::Node& node = schema.node(schema.WithoutNull(type));
  if (datum.AsRecord() == nullptr || node.kind != formats::avro::Kind::kRecord) {
    return MakeError(ErrorCode::kMetadataInvalid, "a manifest holds something that is no record");
  }
  return AvroRecord(schema, node, *datum.AsRecord());
}

std::optional<std::size_t> AvroRecord::IndexOf(const FieldKey& key) const {
  std::optional<std::size_t> by_name;
  for (std::size_t i = 0; i < node_->fields.size(); ++i) {
    const formats::avro::Field& field = node_->fields[i];
    const std::optional<std::int64_t> id = field.NumberAttribute("field-id");
    if (id == key.id) return i;
    if (!id && field.name == key.name) by_name = i;
  }
  return by_name;
}

const Datum* AvroRecord::Find(const FieldKey& key) const {
  const std::optional<std::size_t> index = IndexOf(key);
  if (!index || record_->fields[*index].IsNull()) return nullptr;
  return &record_->fields[*index];
}

std::optional<formats::avro::NodeIndex> AvroRecord::TypeOf(const FieldKey& key) const {
  const std::optional<std::size_t> index = IndexOf(key);
  return index ? std::optional(node_->fields[*index].type) : std::nullopt;
}

Result<AvroRecord> AvroRecord::Record(const FieldKey& key) const {
  const Datum* datum = Find(key);
  if (datum == nullptr) return Missing(key);
  return Of(*schema_, *TypeOf(key), *datum);
}

Result<std::optional<std::int64_t>> AvroRecord::OptionalLong(const FieldKey& key) const {
  const Datum* datum = Find(key);
  if (datum == nullptr) return std::optional<std::int64_t>();
  const std::optional<std::int64_t> number = datum->AsLong();
  if (!number) return WrongType(key);
  return number;
}

Result<std::optional<std::int32_t>> AvroRecord::OptionalInt(const FieldKey& key) const {
  HEALIX_TRY(const std::optional<std::int64_t> wide, OptionalLong(key));
  if (!wide) return std::optional<std::int32_t>();
  const auto narrow = static_cast<std::int32_t>(*wide);
  if (narrow != *wide) return WrongType(key);
  return std::optional(narrow);
}

Result<std::optional<std::string>> AvroRecord::OptionalText(const FieldKey& key) const {
  const Datum* datum = Find(key);
  if (datum == nullptr) return std::optional<std::string>();
  if (datum->AsText() == nullptr) return WrongType(key);
  return std::optional(*datum->AsText());
}

Result<std::optional<bool>> AvroRecord::OptionalBoolean(const FieldKey& key) const {
  const Datum* datum = Find(key);
  if (datum == nullptr) return std::optional<bool>();
  const std::optional<bool> truth = datum->AsBoolean();
  if (!truth) return WrongType(key);
  return truth;
}

Result<std::int64_t> AvroRecord::Long(const FieldKey& key) const {
  return Required(OptionalLong(key), key);
}
Result<std::int32_t> AvroRecord::Int(const FieldKey& key) const {
  return Required(OptionalInt(key), key);
}
Result<std::string> AvroRecord::Text(const FieldKey& key) const {
  return Required(OptionalText(key), key);
}

Result<std::vector<std::int64_t>> AvroRecord::Longs(const FieldKey& key) const {
  std::vector<std::int64_t> numbers;
  const Datum* datum = Find(key);
  if (datum == nullptr) return numbers;
  if (datum->AsArray() == nullptr) return WrongType(key);
  for (const Datum& item : datum->AsArray()->items) {
    const std::optional<std::int64_t> number = item.AsLong();
    if (!number) return WrongType(key);
    numbers.push_back(*number);
  }
  return numbers;
}

Result<std::map<std::int32_t, std::int64_t>> AvroRecord::Counts(const FieldKey& key) const {
  std::map<std::int32_t, std::int64_t> counts;
  const Datum* datum = Find(key);
  if (datum == nullptr) return counts;
  if (datum->AsArray() == nullptr) return WrongType(key);
  for (const Datum& item : datum->AsArray()->items) {
    const auto pair = KeyAndValue(item);
    if (!pair || !pair->second->AsLong()) return WrongType(key);
    counts.insert_or_assign(static_cast<std::int32_t>(pair->first), *pair->second->AsLong());
  }
  return counts;
}

Result<std::map<std::int32_t, std::string>> AvroRecord::Bounds(const FieldKey& key) const {
  std::map<std::int32_t, std::string> bounds;
  const Datum* datum = Find(key);
  if (datum == nullptr) return bounds;
  if (datum->AsArray() == nullptr) return WrongType(key);
  for (const Datum& item : datum->AsArray()->items) {
    const auto pair = KeyAndValue(item);
    if (!pair || !pair->second->AsText()) return WrongType(key);
    bounds.insert_or_assign(static_cast<std::int32_t>(pair->first), *pair->second->AsText());
  }
  return bounds;
}

Result<Value> ValueFromAvro(const Type& type, const Datum& datum) {
  if (datum.IsNull()) return Value();
  switch (type.id) {
    case TypeId::kBoolean:
      return Held(datum.AsBoolean());
    case TypeId::kInt:
    case TypeId::kDate: {
      const std::optional<std::int64_t> wide = datum.AsLong();
      if (!wide || *wide != static_cast<std::int32_t>(*wide)) {
        return Held<std::int32_t>(std::nullopt);
      }
      return Value(static_cast<std::int32_t>(*wide));
    }
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return Held(datum.AsLong());
    case TypeId::kFloat: {
      const auto* number = std::get_if<float>(&datum.value);
      return Held(number != nullptr ? std::optional(*number) : std::nullopt);
    }
    case TypeId::kDouble:
      return Held(datum.AsDouble());
    case TypeId::kUnknown:
      return PlainValue(datum);
    default:
      return TextValue(type, datum);
  }
}

Datum ValueToAvro(const Type& type, const Value& value) {
  if (const auto* unscaled = std::get_if<Int128>(&value)) {
    const Result<std::string> bytes = EncodeValue(type, Value(*unscaled));
    HEALIX_CHECK(bytes.has_value(), "a decimal that does not fit its type");
    const char fill = *unscaled < 0 ? '\xFF' : '\0';
    const std::size_t size = DecimalBytes(type.precision);
    return Datum(std::string(size - std::min(size, bytes->size()), fill) + *bytes);
  }
  return std::visit(
      [](const auto& content) -> Datum {
        using T = std::remove_cvref_t<decltype(content)>;
        if constexpr (std::is_same_v<T, Int128>)
          return Datum();  // handled above
        else
          return Datum(content);
      },
      value);
}

}  // namespace healix::lakehouse::iceberg
