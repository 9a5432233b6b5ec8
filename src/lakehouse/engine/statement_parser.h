// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses SQL text into what lakehouse/sql needs to decide on it: kinds, names, functions.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

/// A name as written; absent parts are empty.
struct TableName {
  std::string catalog;
  std::string schema;
  std::string name;
  bool operator==(const TableName&) const = default;
};

/// The `AT (VERSION => 3)` of a reference. `text` identifies it in Relation::at.
struct TimeTravel {
  enum class Unit : std::uint8_t { kVersion, kTimestamp };
  Unit unit = Unit::kVersion;
  std::string expression;               ///< SQL text of the value
  std::optional<std::string> constant;  ///< its plain text when it is a literal, without quotes
  std::string text;                     ///< normalised `version => 3`
};

/// A table or view that is read. Names of CTEs are not listed where they hide tables.
struct TableReference {
  TableName name;
  std::optional<TimeTravel> at;
  std::size_t offset = 0;  ///< in the parsed text, when known
};

struct FunctionReference {
  enum class Kind : std::uint8_t { kScalar, kTable };
  std::string name;  ///< lower case; operators as `+`
  Kind kind = Kind::kScalar;
};

enum class StatementKind : std::uint8_t {
  kSelect,
  kExplain,        ///< of a SELECT: query_sql
  kInsert,         ///< target, column_names, query_sql
  kCreateTable,    ///< target, columns
  kCreateTableAs,  ///< target, column_names, query_sql
  kCreateView,     ///< target, column_names, query_sql
  kDropTable,
  kDropView,
  kDelete,      ///< target, where_sql
  kAlterTable,  ///< target, alter
  kDescribe,    ///< of a table: target; of a query: query_sql
  kShowTables,
  kOther,  ///< anything else: kind_name says what
};

struct ColumnDefinition {
  std::string name;
  std::string sql_type;                       ///< as DuckDB prints it
  std::optional<iceberg::Type> iceberg_type;  ///< field ids 0; none when Iceberg has no such type
  bool required = false;
  std::optional<std::string> default_sql;
};

/// One change of a table. `path` names the column, with more than one part inside structs.
struct AlterTable {
  enum class Action : std::uint8_t {
    kAddColumn,        ///< path (its parent), column
    kDropColumn,       ///< path
    kRenameColumn,     ///< path, new_name
    kChangeType,       ///< path, column.sql_type
    kSetNotNull,       ///< path
    kDropNotNull,      ///< path
    kRenameTable,      ///< new_name
    kSetPartitioning,  ///< ParsedStatement::partition_by; none for RESET
    kOther,            ///< anything else: refuse by action_name
  };
  Action action = Action::kOther;
  std::string action_name;
  std::vector<std::string> path;
  std::string new_name;
  ColumnDefinition column;
};

enum class OnPresence : std::uint8_t {
  kFail,
  kIgnore,   ///< IF [NOT] EXISTS
  kReplace,  ///< OR REPLACE
};

/// Names the values of a PIVOT that does not list them.
struct PivotValues {
  std::string name;       ///< stands in `sql` and `query_sql` where the list belongs
  std::string query_sql;  ///< its rows are the values, as text
};

/// Describes one statement. `sql` is its own text; `query_sql` and `where_sql` are printed from the
/// tree and mean the same. `tables` and `functions` cover the whole statement, at any depth.
struct ParsedStatement {
  StatementKind kind = StatementKind::kOther;
  std::string kind_name;  ///< `COPY`, `ATTACH`, …
  std::string sql;
  std::size_t offset = 0;  ///< of `sql` in the parsed text
  std::vector<TableReference> tables;
  std::vector<FunctionReference> functions;
  TableName target;
  OnPresence on_presence = OnPresence::kFail;
  std::vector<std::string> column_names;
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> partition_by;  ///< of CREATE and ALTER TABLE, as SQL text
  std::string query_sql;
  std::string where_sql;  ///< empty: all rows
  std::optional<AlterTable> alter;
  /// Of a SELECT, which runs after FillPivots() only.
  std::vector<PivotValues> pivots;
  /// Parts of a statement that healix does not do (`RETURNING`, `ON CONFLICT`, `USING`, a
  /// constraint, a table option), by name; empty for most.
  std::vector<std::string> unsupported_parts;
};

/// Parses `sql`, which may hold several statements. Reads nothing but the text.
/// Limits   text of at most 1 MiB (kLimitExceeded), depth as DuckDB's parser bounds it.
/// Errors   kSqlSyntax, kUtf8Invalid, with the position.
/// Threads  any.
/// Example  StatementParserTest.ListsTablesButNotCtes
Result<std::vector<ParsedStatement>> ParseStatements(std::string_view sql);

/// Puts the values of pivots (by name) into a SELECT and returns its text. Errors kSqlSyntax.
/// Example  StatementParserTest.FillsPivots
Result<std::string> FillPivots(std::string_view sql,
                               const std::map<std::string, std::vector<std::string>>& values);

/// Returns the Iceberg type that stores a DuckDB type name (`DECIMAL(9,2)`, `STRUCT(a INT)[]`),
/// field ids 0. Errors kUnsupported when there is none, kSqlSyntax.
Result<iceberg::Type> IcebergTypeFromSql(std::string_view sql_type);

/// Returns the DuckDB type name of an Iceberg type, as used in CAST.
std::string SqlTypeFromIceberg(const iceberg::Type& type);

/// Quotes a name for SQL text when it needs it.
std::string QuoteName(std::string_view name);

}  // namespace healix::lakehouse::engine
