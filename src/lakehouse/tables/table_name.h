// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Names tables and views.

#include <compare>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::lakehouse::tables {

/// Names a table or view inside the warehouse. Both parts are lower case; SQL folds before it asks.
struct TableName {
  std::string schema;  ///< `raw`, `main`, …: a schema exists once it holds a table or view
  std::string name;

  auto operator<=>(const TableName&) const = default;
};

/// Returns `schema.name`.
std::string ToString(const TableName& name);

/// Accepts `[a-z_][a-z0-9_$-]*` of at most 128 bytes for each part, not `information_schema`.
/// Errors   kInvalidArgument.
Status Validate(const TableName& name);

/// Reads `schema.name`, or `name` in schema `main`, and folds it to lower case.
/// Errors   kInvalidArgument.
Result<TableName> ParseTableName(std::string_view text);

}  // namespace healix::lakehouse::tables
