// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Derives partition values from column values, and declares partition specs and sort orders.
/// Source   Iceberg table specification, "Partition Transforms" and Appendix B (hashes).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"
#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {

enum class TransformKind : std::uint8_t {
  kIdentity,
  kBucket,
  kTruncate,
  kYear,
  kMonth,
  kDay,
  kHour,
  kVoid,
  kUnknown,  ///< written by a newer program: files can be read, not written
};

/// `width` is the number of buckets or the length kept; `text` the name of an unknown transform.
struct Transform {
  TransformKind kind = TransformKind::kIdentity;
  std::int32_t width = 0;
  std::string text;

  bool operator==(const Transform&) const = default;
};

struct PartitionField {
  std::int32_t source_id = 0;
  std::int32_t field_id = 0;  ///< 1000 and up, never changes its meaning
  std::string name;
  Transform transform;

  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  std::int32_t spec_id = 0;
  std::vector<PartitionField> fields;

  bool IsUnpartitioned() const { return fields.empty(); }
  bool operator==(const PartitionSpec&) const = default;
};

enum class SortDirection : std::uint8_t { kAscending, kDescending };
enum class NullOrder : std::uint8_t { kNullsFirst, kNullsLast };

struct SortField {
  std::int32_t source_id = 0;
  Transform transform;
  SortDirection direction = SortDirection::kAscending;
  NullOrder null_order = NullOrder::kNullsFirst;

  bool operator==(const SortField&) const = default;
};

struct SortOrder {
  std::int32_t order_id = 0;  ///< 0 is "unsorted" and has no fields
  std::vector<SortField> fields;

  bool operator==(const SortOrder&) const = default;
};

/// Reads `bucket[16]`, `day` and so on; a name we don't know becomes kUnknown.
/// Errors   kMetadataInvalid for a known name with a width that is not positive.
Result<Transform> ParseTransform(std::string_view text);
std::string TransformName(const Transform& transform);

/// Returns the type of partition values. Errors kMetadataInvalid when the transform can't be
/// applied to the source type.
Result<Type> ResultType(const Transform& transform, const Type& source);

/// Applies a transform; NULL stays NULL.
/// Errors   kInvalidArgument (value not of the type), kMetadataInvalid, kMetadataUnsupported.
/// Example  TransformsTest.HashesAsTheSpecificationPublishes
Result<Value> Apply(const Transform& transform, const Type& source, const Value& value);

/// Returns the 32-bit hash that `bucket` is made of. `value` is not NULL.
Result<std::int32_t> BucketHash(const Type& source, const Value& value);

/// Returns one partition value as people read it in folder names: `2024-02`, `7`, `null`.
/// `source` is the type of the source column.
Result<std::string> HumanPartitionValue(const Transform& transform, const Type& source,
                                        const Value& value);

}  // namespace healix::lakehouse::iceberg
