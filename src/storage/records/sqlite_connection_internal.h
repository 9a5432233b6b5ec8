// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Wraps one SQLite connection: statements are prepared once, errors become ours.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/records/connection_internal.h"

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
class SqliteConnection final : public Connection {
 public:
  static Result<std::unique_ptr<SqliteConnection>> Open(const SqliteConnectionOptions& options);
  ~SqliteConnection() override;

  Status Each(std::string_view sql, const std::vector<Value>& parameters,
              const OnRow& on_row) override;
  Result<std::uint64_t> Execute(std::string_view sql,
                                const std::vector<Value>& parameters) override;
  Result<std::vector<bool>> InsertIgnore(const RowBatch& batch) override;

  Status Run(std::string_view sql) override;
  bool InTransaction() const override;

 private:
  class Use;
  explicit SqliteConnection(sqlite3* connection) : connection_(connection) {}
  Status Configure(const SqliteConnectionOptions& options);
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  Error ErrorOf(int code) const;
  Status Step(sqlite3_stmt* statement, const std::vector<Value>& parameters, const OnRow& on_row);
  Result<std::vector<bool>> InsertRows(const RowBatch& batch);

  sqlite3* connection_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;
};

}  // namespace healix::storage::records
