// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs SQL statements over the tables of a warehouse, and nothing else. Start here.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::sql {

/// What became of a statement that changes tables. `table` is empty for statements that don't.
struct Change {
  std::string operation;  ///< `insert`, `delete`, `create_table`, `alter_table`, …
  tables::TableName table;
};

struct SessionOptions {
  std::string default_schema = "main";  ///< for unqualified names
  int conflict_retries_max = 5;         ///< DELETE and ALTER are run again on a new state
  /// Runs in the transaction of each change, for the act; may be empty.
  std::function<Status(storage::records::Transaction&, const Change&, const tables::CommitOutcome&)>
      on_change;
};

/// What one statement answered.
struct StatementResult {
  engine::StatementKind kind = engine::StatementKind::kSelect;
  /// The rows; nullptr for a statement that has none.
  std::unique_ptr<engine::ResultStream> rows;
  std::optional<std::uint64_t> rows_changed;  ///< of INSERT, DELETE and CREATE TABLE AS
};

/// Runs statements one after the other.
/// A statement is parsed, held against the allow-lists of statements and functions, its names are
/// resolved against the warehouse, and only what was resolved is sealed into the scope that the
/// engine sees: no file, network, extension or setting can be reached. See docs/sql.md.
/// Threads  one at a time; make one session per user.
/// Errors   kSqlSyntax, kSqlRefused (names what was refused), kTableNotFound, kColumnNotFound,
///          kTableExists, kSchemaChangeInvalid, and those of Engine and Warehouse.
/// Example  SqlFiles/SqlFileTest.AnswersAsWritten/select
class Session final {
 public:
  /// `warehouse` must outlive the session; its engine runs the statements.
  Session(tables::Warehouse& warehouse, SessionOptions options);

  /// Runs a text of exactly one statement.
  Result<StatementResult> Run(std::string_view sql, std::vector<engine::Parameter> parameters = {});

  /// Runs all statements of a text in order and calls `on_result` after each; stops at the first
  /// error. Earlier statements stay done. Nothing runs when the text can't be parsed.
  using OnResult = std::function<Status(StatementResult)>;
  Status RunAll(std::string_view sql, const OnResult& on_result);

 private:
  tables::Warehouse& warehouse_;
  SessionOptions options_;
};

}  // namespace healix::lakehouse::sql
