// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "lakehouse/iceberg/json_internal.h"
#include "lakehouse/iceberg/manifest_schema_internal.h"
#include "lakehouse/iceberg/utf8_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

Json RequiredField(const char* name, std::int32_t id, Json type) {
  return {{"name", name}, {"type", std::move(type)}, {"field-id", id}};
}

Json OptionalField(const std::string& name, std::int32_t id, Json type) {
  return {{"name", name},
          {"type", Json::array({"null", std::move(type)})},
          {"default", nullptr},
          {"field-id", id}};
}

Json RecordType(const std::string& name, Json fields) {
  return {{"type", "record"}, {"name", name}, {"fields", std::move(fields)}};
}

Json ListType(const char* items, std::int32_t element_id) {
  return {{"type", "array"}, {"items", items}, {"element-id", element_id}};
}

/// A map with integer keys is a list of key-value records.
Json MapType(std::int32_t key_id, std::int32_t value_id, const char* value_type) {
  Json fields = Json::array(
      {RequiredField("key", key_id, "int"), RequiredField("value", value_id, value_type)});
  const std::string name = fmt::format("k{}_v{}", key_id, value_id);
  return {
      {"type", "array"}, {"items", RecordType(name, std::move(fields))}, {"logicalType", "map"}};
}

Json Logical(const char* type, const char* logical) {
  return {{"type", type}, {"logicalType", logical}};
}

Json TimestampType(const char* logical, bool adjust_to_utc) {
  return {{"type", "long"}, {"logicalType", logical}, {"adjust-to-utc", adjust_to_utc}};
}

/// `name` is needed for fixed types, which Avro names.
Json ValueType(const Type& type, const std::string& name) {
  switch (type.id) {
    case TypeId::kBoolean:
      return "boolean";
    case TypeId::kInt:
      return "int";
    case TypeId::kLong:
      return "long";
    case TypeId::kFloat:
      return "float";
    case TypeId::kDouble:
      return "double";
    case TypeId::kDate:
      return Logical("int", "date");
    case TypeId::kTime:
      return Logical("long", "time-micros");
    case TypeId::kTimestamp:
      return TimestampType("timestamp-micros", false);
    case TypeId::kTimestampTz:
      return TimestampType("timestamp-micros", true);
    case TypeId::kTimestampNs:
      return TimestampType("timestamp-nanos", false);
    case TypeId::kTimestampTzNs:
      return TimestampType("timestamp-nanos", true);
    case TypeId::kString:
      return "string";
    case TypeId::kUuid:
      return {{"type", "fixed"}, {"name", name}, {"size", 16}, {"logicalType", "uuid"}};
    case TypeId::kFixed:
      return {{"type", "fixed"}, {"name", name}, {"size", type.length_bytes}};
    case TypeId::kDecimal:
      return {{"type", "fixed"},
              {"name", name},
              {"size", DecimalBytes(type.precision)},
              {"logicalType", "decimal"},
              {"precision", type.precision},
              {"scale", type.scale}};
    default:
      return "bytes";
  }
}

Json PartitionType(const PartitionSpec& spec, const std::vector<Type>& types) {
  Json fields = Json::array();
  for (std::size_t i = 0; i < spec.fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    const std::string type_name = fmt::format("partition_{}", field.field_id);
    fields.push_back(
        OptionalField(AvroName(field.name), field.field_id, ValueType(types[i], type_name)));
  }
  return RecordType("r102", std::move(fields));
}

Json DataFileFields(Json partition, int format_version) {
  Json fields = Json::array({
      RequiredField("content", 134, "int"),
      RequiredField("file_path", 100, "string"),
      RequiredField("file_format", 101, "string"),
      RequiredField("partition", 102, std::move(partition)),
      RequiredField("record_count", 103, "long"),
      RequiredField("file_size_in_bytes", 104, "long"),
      OptionalField("column_sizes", 108, MapType(117, 118, "long")),
      OptionalField("value_counts", 109, MapType(119, 120, "long")),
      OptionalField("null_value_counts", 110, MapType(121, 122, "long")),
      OptionalField("nan_value_counts", 137, MapType(138, 139, "long")),
      OptionalField("lower_bounds", 125, MapType(126, 127, "bytes")),
      OptionalField("upper_bounds", 128, MapType(129, 130, "bytes")),
      OptionalField("key_metadata", 131, "bytes"),
      OptionalField("split_offsets", 132, ListType("long", 133)),
      OptionalField("equality_ids", 135, ListType("int", 136)),
      OptionalField("sort_order_id", 140, "int"),
      OptionalField("referenced_data_file", 143, "string"),
  });
  if (format_version >= 3) {
    fields.push_back(OptionalField("first_row_id", 142, "long"));
    fields.push_back(OptionalField("content_offset", 144, "long"));
    fields.push_back(OptionalField("content_size_in_bytes", 145, "long"));
  }
  return fields;
}

}  // namespace

Result<formats::avro::Schema> ManifestEntrySchema(const PartitionSpec& spec,
                                                  const std::vector<Type>& types,
                                                  int format_version) {
  Json data_file = RecordType("r2", DataFileFields(PartitionType(spec, types), format_version));
  const Json entry =
      RecordType("manifest_entry", Json::array({
                                       RequiredField("status", 0, "int"),
                                       OptionalField("snapshot_id", 1, "long"),
                                       OptionalField("sequence_number", 3, "long"),
                                       OptionalField("file_sequence_number", 4, "long"),
                                       RequiredField("data_file", 2, std::move(data_file)),
                                   }));
  return formats::avro::Schema::Parse(PrintJson(entry));
}

namespace {

Result<formats::avro::Schema> MakeManifestListSchema(int format_version) {
  Json summary = RecordType("r508", Json::array({
                                        RequiredField("contains_null", 509, "boolean"),
                                        OptionalField("contains_nan", 518, "boolean"),
                                        OptionalField("lower_bound", 510, "bytes"),
                                        OptionalField("upper_bound", 511, "bytes"),
                                    }));
  Json summaries{{"type", "array"}, {"items", std::move(summary)}, {"element-id", 508}};
  Json fields = Json::array({
      RequiredField("manifest_path", 500, "string"),
      RequiredField("manifest_length", 501, "long"),
      RequiredField("partition_spec_id", 502, "int"),
      RequiredField("content", 517, "int"),
      RequiredField("sequence_number", 515, "long"),
      RequiredField("min_sequence_number", 516, "long"),
      RequiredField("added_snapshot_id", 503, "long"),
      RequiredField("added_files_count", 504, "int"),
      RequiredField("existing_files_count", 505, "int"),
      RequiredField("deleted_files_count", 506, "int"),
      RequiredField("added_rows_count", 512, "long"),
      RequiredField("existing_rows_count", 513, "long"),
      RequiredField("deleted_rows_count", 514, "long"),
      OptionalField("partitions", 507, std::move(summaries)),
      OptionalField("key_metadata", 519, "bytes"),
  });
  if (format_version >= 3) fields.push_back(OptionalField("first_row_id", 520, "long"));
  return formats::avro::Schema::Parse(PrintJson(RecordType("manifest_file", std::move(fields))));
}

}  // namespace

Result<formats::avro::Schema> ManifestListSchema(int format_version) {
  static const Result<formats::avro::Schema> v2 = MakeManifestListSchema(2);
  static const Result<formats::avro::Schema> v3 = MakeManifestListSchema(3);
  return format_version >= 3 ? v3 : v2;
}

std::size_t DecimalBytes(int precision) {
  Int128 largest = 1;
  for (int i = 0; i < precision; ++i) largest *= 10;
  std::size_t bytes = 1;
  while (bytes < 16 && (largest - 1) >> (8 * bytes - 1) != 0) ++bytes;
  return bytes;
}

std::string AvroName(std::string_view name) {
  std::string spelled;
  for (std::size_t at = 0; at < name.size();) {
    const char byte = name[at];
    const bool is_digit = byte >= '0' && byte <= '9';
    const bool is_letter =
        (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    const std::string_view character = Utf8Prefix(name.substr(at), 1);
    if (is_letter || (is_digit && at > 0)) {
      spelled += byte;
    } else if (is_digit) {
      spelled += fmt::format("_{}", byte);
    } else {
      spelled += fmt::format("_x{:X}", DecodeUtf8(character));
    }
    at += character.empty() ? 1 : character.size();
  }
  return spelled.empty() ? "_" : spelled;
}

}  // namespace healix::lakehouse::iceberg
