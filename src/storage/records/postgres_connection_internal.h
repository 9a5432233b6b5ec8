// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Wraps one PostgreSQL connection: values travel typed, errors become ours.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/records/postgres_store.h"
#include "storage/records/store.h"

struct pg_conn;

namespace healix::storage::records {

/// Runs statements on one connection.
/// Threads  one at a time.
class PostgresConnection final : public Transaction {
 public:
  /// Connects, checks the version, makes the schema when absent and enters it.
  static Result<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);
  ~PostgresConnection() override;

  Status Each(std::string_view sql, const std::vector<Value>& parameters,
              const OnRow& on_row) override;
  Result<std::uint64_t> Execute(std::string_view sql,
                                const std::vector<Value>& parameters) override;
  Result<std::vector<bool>> InsertIgnore(const RowBatch& batch) override;

  /// Runs statements without parameters and rows: BEGIN, COMMIT.
  Status Run(std::string_view sql);
  /// False when the connection is lost; it will not come back.
  bool IsAlive() const;
  bool InTransaction() const;
  /// Returns and forgets the first error of a statement since the last call.
  Status TakeFirstFailure();

 private:
  explicit PostgresConnection(pg_conn* connection) : connection_(connection) {}
  Status EnterSchema(const std::string& schema);
  Status Send(std::string_view sql, const std::vector<Value>& parameters);
  Result<std::uint64_t> Receive(const OnRow& on_row);
  Result<std::uint64_t> SendAndReceive(std::string_view sql, const std::vector<Value>& parameters,
                                       const OnRow& on_row);
  Error Remember(const Error& error);

  pg_conn* connection_;
  Status first_failure_;
};

/// Returns `sql` with `?` written as `$1`, `$2`, ...; those inside quotes stay.
std::string NumberPlaceholders(std::string_view sql);

}  // namespace healix::storage::records
