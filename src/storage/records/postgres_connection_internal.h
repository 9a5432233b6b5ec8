// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Wraps one PostgreSQL connection: values travel typed, errors become ours.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/records/connection_internal.h"
#include "storage/records/postgres_store.h"

struct pg_conn;

namespace healix::storage::records {

/// Runs statements on one connection.
/// Threads  one at a time.
class PostgresConnection final : public Connection {
 public:
  /// Connects, checks the version, makes the schema when absent and enters it.
  static Result<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);
  ~PostgresConnection() override;

  Status Each(std::string_view sql, const std::vector<Value>& parameters,
              const OnRow& on_row) override;
  Result<std::uint64_t> Execute(std::string_view sql,
                                const std::vector<Value>& parameters) override;
  Result<std::vector<bool>> InsertIgnore(const RowBatch& batch) override;

  Status Run(std::string_view sql) override;
  bool InTransaction() const override;
  /// False when the connection is lost; it will not come back.
  bool IsAlive() const;

 private:
  explicit PostgresConnection(pg_conn* connection) : connection_(connection) {}
  Status EnterSchema(const std::string& schema);
  Status Send(std::string_view sql, const std::vector<Value>& parameters);
  Result<std::uint64_t> Receive(const OnRow& on_row);
  Result<std::uint64_t> SendAndReceive(std::string_view sql, const std::vector<Value>& parameters,
                                       const OnRow& on_row);

  pg_conn* connection_;
};

/// Returns `sql` with `?` written as `$1`, `$2`, ...; those inside quotes stay.
std::string NumberPlaceholders(std::string_view sql);

}  // namespace healix::storage::records
