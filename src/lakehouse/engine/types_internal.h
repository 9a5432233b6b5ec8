// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Maps types and values between Iceberg and DuckDB.
/// Source   Iceberg table specification, Appendix A (Parquet) and Appendix D (single values).

#include <optional>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

/// Returns the type that holds all values of an Iceberg type.
duckdb::LogicalType LogicalTypeFrom(const iceberg::Type& type);

/// Returns the same type under the name of what is stored, where DuckDB has no type of that name
/// (`TIMESTAMPTZ_NS`). Good for DESCRIBE only: functions do not take such a type.
duckdb::LogicalType NamedTypeFrom(const iceberg::Type& type);

/// Returns the Iceberg type that stores a DuckDB type, widening where Iceberg has no equal; field
/// ids are 0. Nothing when values would change (INTERVAL, UNION, HUGEINT, TIMETZ …).
std::optional<iceberg::Type> IcebergTypeFrom(const duckdb::LogicalType& type);

/// Reads Iceberg's binary single value. Errors kMetadataInvalid when the bytes don't fit the type.
Result<duckdb::Value> ValueFromBinary(std::string_view bytes, const iceberg::Type& type);

/// Writes Iceberg's binary single value; nothing for NULL and nested values. `value` has the type
/// LogicalTypeFrom(type).
std::optional<std::string> BinaryFromValue(const duckdb::Value& value, const iceberg::Type& type);

/// Reads a default value in Iceberg's JSON single-value form. Errors kMetadataInvalid.
Result<duckdb::Value> ValueFromJson(std::string_view json, const iceberg::Type& type);

}  // namespace healix::lakehouse::engine
