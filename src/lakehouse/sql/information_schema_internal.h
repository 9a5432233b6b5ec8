// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Answers information_schema from the catalogue.

#include <string>
#include <string_view>
#include <vector>

#include "lakehouse/engine/result_stream.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::sql {

/// Returns a SELECT of constants that holds the rows of `information_schema.<name>`: `schemata`,
/// `tables`, `columns` or `views`. Views whose tables are gone have no columns.
/// Errors   kTableNotFound for other names.
Result<std::string> InformationSql(tables::Warehouse& warehouse, std::string_view name);

/// Returns a SELECT of constants with these columns (text) and rows; an empty optional is NULL.
using ConstantRow = std::vector<std::optional<std::string>>;
std::string ConstantsSql(const std::vector<std::string>& columns,
                         const std::vector<ConstantRow>& rows);

/// Returns the columns of a table or view as SQL sees them.
Result<std::vector<engine::ResultColumn>> DescribeRelation(tables::Warehouse& warehouse,
                                                           const tables::TableName& name);

}  // namespace healix::lakehouse::sql
