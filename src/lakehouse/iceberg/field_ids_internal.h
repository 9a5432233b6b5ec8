// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Numbers the fields of schemas and checks what a schema may hold.

#include <cstdint>
#include <map>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::iceberg {

/// A schema with fresh ids and what became of the old ones.
struct FreshIds {
  Schema schema;
  std::int32_t last_column_id = 0;
  std::map<std::int32_t, std::int32_t> new_by_old;

  /// Errors   kSchemaChangeInvalid when no field had that id.
  Result<std::int32_t> NewId(std::int32_t old_id) const;
};

/// Numbers all fields from 1: the fields of a struct first, then what lies inside them.
/// Errors   kSchemaChangeInvalid (as CheckSchema, and ids that are not distinct).
Result<FreshIds> AssignFreshIds(const Schema& schema, int format_version);

/// Numbers what lies inside a type, going on from `last_column_id`, which moves.
void NumberInside(Type& type, std::int32_t& last_column_id);

/// Checks names, types of the format version, and identifier fields.
/// Errors   kSchemaChangeInvalid.
Status CheckSchema(const Schema& schema, int format_version);

}  // namespace healix::lakehouse::iceberg
