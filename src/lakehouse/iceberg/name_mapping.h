// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Maps names of columns to field ids, for files that were written without ids.
/// Source   Iceberg table specification, "Column Projection" (`schema.name-mapping.default`).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::iceberg {

constexpr std::string_view kNameMappingProperty = "schema.name-mapping.default";

struct MappedField {
  std::optional<std::int32_t> field_id;
  std::vector<std::string> names;
  std::vector<MappedField> fields;

  bool operator==(const MappedField&) const = default;
};

using NameMapping = std::vector<MappedField>;

/// Errors   kMetadataInvalid (also when one level names a column twice).
Result<NameMapping> ParseNameMapping(std::string_view json);
std::string PrintNameMapping(const NameMapping& mapping);

/// Maps each column of a schema by its present name.
NameMapping MappingOf(const Schema& schema);

}  // namespace healix::lakehouse::iceberg
