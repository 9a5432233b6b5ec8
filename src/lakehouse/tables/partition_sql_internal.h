// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says partition transforms in SQL and reads their values back from text.

#include <string>
#include <string_view>

#include "lakehouse/engine/result_stream.h"
#include "lakehouse/iceberg/transforms.h"

namespace healix::lakehouse::tables {

/// One partition field as an SQL expression over the columns of the table. The expression yields a
/// whole number (days, microseconds, unscaled decimals), text, a boolean, bytes and uuids as
/// hexadecimal text, and floats as text.
struct PartitionSql {
  std::string expression;
  iceberg::Type result_type;
};

/// Errors   kUnsupported when the transform is not known, the column is nested or of a type that
///          format 3 brought.
/// Example  RowsTest.PartitionSqlAgreesWithTheTransformsOfIceberg
Result<PartitionSql> PartitionSqlOf(const iceberg::PartitionField& field,
                                    const iceberg::Schema& schema);

/// Reads a value that the expression gave. Errors kInternal when it is not what it should be.
Result<iceberg::Value> PartitionValueOf(const PartitionSql& field, const engine::TextCell& cell);

/// Returns the text of the condition "the expression has this value".
std::string EqualsSql(const PartitionSql& field, const engine::TextCell& cell);

}  // namespace healix::lakehouse::tables
