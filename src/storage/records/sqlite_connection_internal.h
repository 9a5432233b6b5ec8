// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Wraps one SQLite connection: statements are prepared once, errors become ours.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/records/store.h"

namespace healix::storage::records {

enum class SqliteAccess : std::uint8_t { kRead, kWrite };

struct SqliteConnectionOptions {
  std::string path;
  std::string vfs;
  SqliteAccess access = SqliteAccess::kRead;
  std::uint64_t cache_bytes = 0;  ///< 0: SQLite's default, 2 MB
};

/// Runs statements on one connection.
/// Threads  one at a time.
class SqliteConnection final : public Transaction {
 public:
  static Result<std::unique_ptr<SqliteConnection>> Open(const SqliteConnectionOptions& options);
  ~SqliteConnection() override;

  Status Each(std::string_view sql, const std::vector<Value>& parameters,
              const OnRow& on_row) override;
  Result<std::uint64_t> Execute(std::string_view sql,
                                const std::vector<Value>& parameters) override;
  Result<std::vector<bool>> InsertIgnore(const RowBatch& batch) override;

  /// Runs a statement without parameters and rows: BEGIN, COMMIT, a PRAGMA.
  Status Run(std::string_view sql);
  bool InTransaction() const;
  /// Returns and forgets the first error of a statement since the last call.
  Status TakeFirstFailure();

 private:
  class Use;
  explicit SqliteConnection(sqlite3* connection) : connection_(connection) {}
  Status Configure(const SqliteConnectionOptions& options);
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  Error ErrorOf(int code) const;
  Status Step(sqlite3_stmt* statement, const std::vector<Value>& parameters, const OnRow& on_row);
  Result<std::vector<bool>> InsertRows(const RowBatch& batch);
  Error Remember(const Error& error);

  sqlite3* connection_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
  Status first_failure_;
};

}  // namespace healix::storage::records
