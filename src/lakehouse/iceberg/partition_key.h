// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Compares partitions, so that NaN equals NaN and -0.0 differs from +0.0.

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

#include "lakehouse/iceberg/transforms.h"
#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {

/// Names a partition: a spec and a value for each of its fields.
struct PartitionKey {
  std::int32_t spec_id = 0;
  std::vector<Value> values;

  std::strong_ordering operator<=>(const PartitionKey& other) const {
    if (spec_id != other.spec_id) return spec_id <=> other.spec_id;
    return std::lexicographical_compare_three_way(
        values.begin(), values.end(), other.values.begin(), other.values.end(), Compare);
  }
  bool operator==(const PartitionKey& other) const { return (*this <=> other) == 0; }
};

/// Tells whether all rows fall into one partition: no field, or only void ones.
inline bool IsUnpartitioned(const PartitionSpec& spec) {
  return std::ranges::all_of(spec.fields, [](const PartitionField& field) {
    return field.transform.kind == TransformKind::kVoid;
  });
}

}  // namespace healix::lakehouse::iceberg
