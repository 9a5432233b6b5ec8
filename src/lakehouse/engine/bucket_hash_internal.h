// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives SQL the hash that Iceberg's bucket transform is made of.

#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// Adds the function `bucket_hash(value)` for BIGINT (whole numbers, days, microseconds), HUGEINT
/// (unscaled decimals), VARCHAR and BLOB (bytes, uuids). NULL stays NULL. `lakehouse/tables` writes
/// it into its own statements; users reach it by no statement that `lakehouse/sql` allows.
/// Example  RowsTest.BucketSqlAgreesWithTheTransformOfIceberg
void RegisterBucketHash(duckdb::DatabaseInstance& database);

}  // namespace healix::lakehouse::engine
