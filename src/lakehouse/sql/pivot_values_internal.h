// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Asks the tables for the values of a PIVOT that does not list them.

#include <memory>
#include <string>

#include "lakehouse/engine/engine.h"
#include "lakehouse/engine/statement_parser.h"

namespace healix::lakehouse::sql {

/// Returns a SELECT with all its values; `statement.sql` where it has no such PIVOT.
/// Errors   kLimitExceeded for more values than columns can be shown, kQueryFailed for none.
/// PHI      the text holds values of records: an error about it must not repeat its words.
Result<std::string> SqlWithPivotValues(engine::Engine& engine,
                                       const std::shared_ptr<const engine::Scope>& scope,
                                       const engine::ParsedStatement& statement);

}  // namespace healix::lakehouse::sql
