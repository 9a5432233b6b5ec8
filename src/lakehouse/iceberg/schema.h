// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models Iceberg schemas: types, fields with permanent ids, and lookups.
/// Source   Iceberg table specification, sections "Schemas and Data Types" and "Appendix C".

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::lakehouse::iceberg {

enum class TypeId : std::uint8_t {
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kString,
  kUuid,
  kFixed,
  kBinary,
  kStruct,
  kList,
  kMap,
  kTimestampNs,    // v3
  kTimestampTzNs,  // v3
  kUnknown,        // v3
  kVariant,        // v3
};

struct Field;

/// Describes a type. A value: copies are deep.
struct Type {
  TypeId id = TypeId::kUnknown;
  int precision = 0;     ///< decimal
  int scale = 0;         ///< decimal
  int length_bytes = 0;  ///< fixed
  /// struct: its fields; list: one field `element`; map: two fields `key`, `value`.
  std::vector<Field> fields;

  bool IsPrimitive() const {
    return id != TypeId::kStruct && id != TypeId::kList && id != TypeId::kMap;
  }
  bool operator==(const Type&) const;
};

/// Names one column or nested element. The id never changes and is never used again.
struct Field {
  std::int32_t id = 0;
  std::string name;
  bool required = false;
  Type type;
  std::string doc;
  /// v3 default values in the JSON single-value form of Appendix D, as JSON text.
  std::optional<std::string> initial_default;
  std::optional<std::string> write_default;

  bool operator==(const Field&) const;
};

/// A schema of a table: one version of its columns.
struct Schema {
  std::int32_t schema_id = 0;
  std::vector<Field> fields;
  std::vector<std::int32_t> identifier_field_ids;

  /// Finds a field at any depth; nullptr when absent. The pointer lives as long as the schema.
  const Field* FindById(std::int32_t id) const;
  /// Finds a top-level column by exact name, or by a dotted path for nested ones.
  const Field* FindByName(std::string_view name) const;
  /// Returns the largest id used at any depth, 0 when empty.
  std::int32_t HighestFieldId() const;
  bool operator==(const Schema&) const;
};

/// Makes a primitive type without parameters.
Type Primitive(TypeId id);
Type Decimal(int precision, int scale);
Type Fixed(int length_bytes);

/// Returns the spec's text of a primitive type (`decimal(9,2)`), or `struct`, `list`, `map`.
std::string TypeName(const Type& type);
/// Parses the spec's text of a primitive type. Errors kMetadataInvalid, kMetadataUnsupported.
Result<Type> ParsePrimitive(std::string_view text);

}  // namespace healix::lakehouse::iceberg
