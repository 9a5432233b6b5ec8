// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens a record store on a schema of a PostgreSQL 15+ database.

#include <memory>
#include <string>

#include "base/result/result.h"
#include "storage/records/store.h"

namespace healix::storage::records {

struct PostgresOptions {
  std::string connection;   ///< libpq connection string; TLS by sslmode, sslrootcert, ... in it
  std::string schema;       ///< one per concern, [a-z_][a-z0-9_]*; made when absent
  int connections_max = 4;  ///< reads and writes that run at once, >= 1
  int attempts_max = 8;     ///< runs of a closure that meets serialization failures, >= 1

  /// Errors   kInvalidArgument.
  Status Validate() const;
};

/// Connects. Writes are SERIALIZABLE, reads REPEATABLE READ. A lost connection is made again for
/// the next call. The connection string may hold a password: it never stands in a message.
/// Errors   kRecordsFailed when the server can't be reached or is older than 15.
/// Example  PostgresTest.ReconnectsAfterTheServerEndedTheConnection
Result<std::unique_ptr<Store>> OpenPostgres(const PostgresOptions& options);

}  // namespace healix::storage::records
