// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the parts of statements that change tables.

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/statement_parser.h"

namespace healix::lakehouse::engine {

/// Binds a type of a parsed statement to one of DuckDB's own. Throws kUnsupported.
duckdb::LogicalType BuiltInType(const duckdb::LogicalType& parsed);

/// Reads one column; a generated one is noted in `unsupported_parts`.
ColumnDefinition ColumnFrom(const duckdb::ColumnDefinition& column,
                            std::vector<std::string>& unsupported_parts);

/// Fills a statement from CREATE TABLE [AS], CREATE VIEW or another CREATE, and from ALTER.
void FillCreate(duckdb::CreateInfo& info, ParsedStatement& statement);
void FillAlter(const duckdb::AlterInfo& info, ParsedStatement& statement);

}  // namespace healix::lakehouse::engine
