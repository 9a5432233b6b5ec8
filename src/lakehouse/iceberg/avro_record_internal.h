// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads records of manifests by field id, whatever order and names the writer chose.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/schema.h"
#include "lakehouse/iceberg/schema.h"
#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {

/// Names a field by its id, and by its name for writers that leave the ids out.
struct FieldKey {
  std::int32_t id;
  const char* name;
};

/// Views one record of a file. Borrows schema and datum.
class AvroRecord final {
 public:
  /// `type` may be a union of null and the record. Errors kMetadataInvalid when it is no record.
  static Result<AvroRecord> Of(const formats::avro::Schema& schema, formats::avro::NodeIndex type,
                               const formats::avro::Datum& datum);

  /// Returns a field's value, nullptr when it is absent or null.
  const formats::avro::Datum* Find(const FieldKey& key) const;
  /// Returns the type of a field of this record.
  std::optional<formats::avro::NodeIndex> TypeOf(const FieldKey& key) const;
  /// Views a field that is a record itself. Errors kMetadataInvalid when absent.
  Result<AvroRecord> Record(const FieldKey& key) const;

  /// Errors   kMetadataInvalid when absent or of another type.
  Result<std::int64_t> Long(const FieldKey& key) const;
  Result<std::int32_t> Int(const FieldKey& key) const;
  Result<std::string> Text(const FieldKey& key) const;
  /// Errors   kMetadataInvalid when of another type.
  Result<std::optional<std::int64_t>> OptionalLong(const FieldKey& key) const;
  Result<std::optional<std::int32_t>> OptionalInt(const FieldKey& key) const;
  Result<std::optional<std::string>> OptionalText(const FieldKey& key) const;
  Result<std::optional<bool>> OptionalBoolean(const FieldKey& key) const;
  Result<std::vector<std::int64_t>> Longs(const FieldKey& key) const;
  /// Reads maps stored as lists of key and value.
  Result<std::map<std::int32_t, std::int64_t>> Counts(const FieldKey& key) const;
  Result<std::map<std::int32_t, std::string>> Bounds(const FieldKey& key) const;

  /// Returns the index of a field, nothing when absent.
  std::optional<std::size_t> IndexOf(const FieldKey& key) const;
  const formats::avro::Schema& schema() const { return *schema_; }
  const formats::avro::Record& record() const { return *record_; }

 private:
  AvroRecord(const formats::avro::Schema& schema, const formats::avro::Node& node,
             const formats::avro::Record& record)
      : schema_(&schema), node_(&node), record_(&record) {}

  const formats::avro::Schema* schema_;
  const formats::avro::Node* node_;
  const formats::avro::Record* record_;
};

/// Converts a partition value; kUnknown takes whatever it is. Errors kMetadataInvalid.
Result<Value> ValueFromAvro(const Type& type, const formats::avro::Datum& datum);
/// Converts a value that fits its type.
formats::avro::Datum ValueToAvro(const Type& type, const Value& value);

}  // namespace healix::lakehouse::iceberg
