// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs single statements that were parsed and found allowed.

#include "lakehouse/sql/session.h"

namespace healix::lakehouse::sql {

/// What running a statement needs; borrowed.
struct StatementContext {
  tables::Warehouse& warehouse;
  const SessionOptions& options;
};

Result<StatementResult> RunQuery(const StatementContext& context,
                                 const engine::ParsedStatement& statement,
                                 std::vector<engine::Parameter> parameters);
Result<StatementResult> RunInsert(const StatementContext& context,
                                  const engine::ParsedStatement& statement);
Result<StatementResult> RunCreateTableAs(const StatementContext& context,
                                         const engine::ParsedStatement& statement);
Result<StatementResult> RunDelete(const StatementContext& context,
                                  const engine::ParsedStatement& statement);
Result<StatementResult> RunCreateTable(const StatementContext& context,
                                       const engine::ParsedStatement& statement);
Result<StatementResult> RunAlterTable(const StatementContext& context,
                                      const engine::ParsedStatement& statement);
Result<StatementResult> RunDropTable(const StatementContext& context,
                                     const engine::ParsedStatement& statement);
Result<StatementResult> RunCreateView(const StatementContext& context,
                                      const engine::ParsedStatement& statement);
Result<StatementResult> RunDropView(const StatementContext& context,
                                    const engine::ParsedStatement& statement);
Result<StatementResult> RunDescribe(const StatementContext& context,
                                    const engine::ParsedStatement& statement);
Result<StatementResult> RunShowTables(const StatementContext& context,
                                      const engine::ParsedStatement& statement);

/// Commits one change and lets SessionOptions::on_change write its act.
Result<tables::CommitOutcome> CommitChange(const StatementContext& context, const Change& change,
                                           tables::CommitRequest request);

/// Runs `attempt`, which returns a Result, again while it answers kCommitConflict.
template <typename Attempt>
auto RetryConflicts(const StatementContext& context, Attempt&& attempt) -> decltype(attempt()) {
  auto result = attempt();
  for (int retry = 0; retry < context.options.conflict_retries_max; ++retry) {
    if (result || result.error().code() != ErrorCode::kCommitConflict) break;
    result = attempt();
  }
  return result;
}

/// Tells whether a table or a view of the name exists.
Result<bool> Exists(tables::Warehouse& warehouse, const tables::TableName& name);

/// Joins texts with `, ` between them.
std::string JoinWithCommas(const std::vector<std::string>& texts);

}  // namespace healix::lakehouse::sql
