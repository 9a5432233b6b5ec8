// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs statements of the engine itself, on a connection of their own.

#include <memory>
#include <string>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Makes a connection whose names are those of `scope` (nullptr: none). Safe to call inside of a
/// running query.
duckdb::unique_ptr<duckdb::Connection> Connect(const ScanServices& services,
                                               std::shared_ptr<const Scope> scope);

/// Parses one SELECT and points its tables at the scope of the connection. Throws.
duckdb::unique_ptr<duckdb::SQLStatement> ParseSelect(duckdb::Connection& connection,
                                                     std::string_view sql);

/// Keeps a connection and the result that it streams.
struct InnerResult {
  duckdb::unique_ptr<duckdb::Connection> connection;
  duckdb::unique_ptr<duckdb::QueryResult> rows;
};

/// Runs a SELECT over `scope`. Throws.
InnerResult RunInside(const ScanServices& services, std::shared_ptr<const Scope> scope,
                      std::string_view sql);

/// Returns `text` as a SQL string literal.
std::string Literal(std::string_view text);

}  // namespace healix::lakehouse::engine
