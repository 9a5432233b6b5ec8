// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps small records durably: a relational store on SQLite or PostgreSQL.
/// The SQL that runs on both is listed in README.md.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result/result.h"
#include "storage/records/value.h"

namespace healix::storage::records {

/// Reads one consistent state of the store. Text must not hold NUL (kInvalidArgument).
/// Threads  only inside the closure that received it, on that thread.
/// Errors   kRecordsFailed, kRecordsDamaged, and kIoFailed from below.
/// Example  StoreTest.WritesAndReadsEveryKindOfValue
class Reader {
 public:
  using OnRow = std::function<Status(const Row&)>;

  virtual ~Reader() = default;

  /// Runs `sql`, whose parameters are `?`, and calls `on_row` for each row; its first error ends
  /// the query and is returned. Holds one row in memory. `on_row` must not use the store.
  virtual Status Each(std::string_view sql, const std::vector<Value>& parameters,
                      const OnRow& on_row) = 0;

  /// Runs `sql` and returns all rows.
  Result<Rows> Query(std::string_view sql, const std::vector<Value>& parameters = {});
  /// Returns the first row, or nothing.
  Result<std::optional<Row>> QueryFirst(std::string_view sql,
                                        const std::vector<Value>& parameters = {});
};

/// Many rows for one table.
struct RowBatch {
  std::string table;
  std::vector<std::string> columns;
  std::size_t key_columns = 1;  ///< this many leading columns are the table's primary key
  std::vector<Value> values;    ///< row after row, columns.size() values each
};

/// Changes the store; sees its own changes. All of them become visible and durable together.
/// After a statement that failed the transaction can't be saved: it commits nothing, whatever the
/// closure returns.
class Transaction : public Reader {
 public:
  /// Runs a statement and returns how many rows it changed.
  /// Errors   kRecordExists when a key would stand twice, kRecordsConflict, kDiskFull.
  virtual Result<std::uint64_t> Execute(std::string_view sql,
                                        const std::vector<Value>& parameters = {}) = 0;
  /// Inserts the rows whose key is not there yet; says for each row whether it was new. Of two
  /// rows with one key in the batch the first is the new one.
  virtual Result<std::vector<bool>> InsertIgnore(const RowBatch& batch) = 0;
};

/// Which database speaks below; migrations spell types through it.
enum class Dialect : std::uint8_t { kSqlite, kPostgres };

/// The store. One per concern (`catalog`, `jobs`): a SQLite file or a PostgreSQL schema.
/// Threads  all members from any thread; but not from inside a closure of the same store.
/// Example  StoreTest.RollsBackOnlyTheClosureThatFailed
class Store {
 public:
  using ReadBody = std::function<Status(Reader&)>;
  using WriteBody = std::function<Status(Transaction&)>;

  virtual ~Store() = default;

  /// Calls `body(Reader&)`, which returns a Status or a Result, with one consistent state and
  /// returns what it returned. Sees every Write that returned before.
  template <typename Body>
  std::invoke_result_t<Body&, Reader&> Read(Body&& body) {
    return Relay<Reader>(body, [this](const ReadBody& relayed) { return RunRead(relayed); });
  }

  /// Calls `body(Transaction&)`, which returns a Status or a Result, commits when it succeeded and
  /// rolls back when it failed. Returns what it returned, once the commit is on the disk; an error
  /// of the commit itself means that nothing was changed, or (a connection lost in the commit, a
  /// crash) that it is not known. Concurrent calls share one commit.
  /// `body` may run on another thread and, after a serialization failure of PostgreSQL, again from
  /// the start: it must change nothing but the store and its own result.
  /// Errors   kRecordsConflict when other writers were in the way again and again, kDiskFull.
  template <typename Body>
  std::invoke_result_t<Body&, Transaction&> Write(Body&& body) {
    return Relay<Transaction>(body, [this](const WriteBody& relayed) { return RunWrite(relayed); });
  }

  virtual Dialect dialect() const = 0;

 protected:
  virtual Status RunRead(const ReadBody& body) = 0;
  virtual Status RunWrite(const WriteBody& body) = 0;

 private:
  template <typename Access, typename Body, typename Run>
  std::invoke_result_t<Body&, Access&> Relay(Body& body, Run&& run) {
    std::optional<std::invoke_result_t<Body&, Access&>> outcome;
    const Status status = run([&](Access& access) -> Status {
      outcome.emplace(body(access));
      return outcome->has_value() ? Status() : Status(outcome->error());
    });
    if (!status) return status.error();
    return std::move(*outcome);
  }
};

}  // namespace healix::storage::records
