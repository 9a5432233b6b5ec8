// SPDX-License-Identifier: Apache-2.0
#include "storage/records/postgres_store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/io/sync_points.h"
#include "storage/records/postgres_connection_internal.h"

namespace healix::storage::records {
namespace {

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(PostgresOptions options) : options_(std::move(options)) {}

  /// Connects once, so that a wrong connection string is known at the start.
  Status Start() {
    HEALIX_TRY(Lent lent, Borrow());
    Return(std::move(lent));
    return {};
  }

  Dialect dialect() const override { return Dialect::kPostgres; }

 protected:
  Status RunRead(const ReadBody& body) override {
    HEALIX_TRY(Lent lent, Begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    const Status status = body(*lent);
    const Status ended = lent->Run("ROLLBACK");
    Return(std::move(lent));
    return status ? ended : status;
  }

  Status RunWrite(const WriteBody& body) override {
    for (int attempt = 1;; ++attempt) {
      const Status status = WriteOnce(body);
      const bool again = !status && status.error().code() == ErrorCode::kRecordsConflict;
      if (!again || attempt >= options_.attempts_max) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1) * (1 << std::min(attempt, 6)));
    }
  }

 private:
  using Lent = std::unique_ptr<PostgresConnection>;

  Status WriteOnce(const WriteBody& body) {
    HEALIX_TRY(Lent lent, Begin("BEGIN ISOLATION LEVEL SERIALIZABLE"));
    Status status = lent->RunBody(body);
    if (status) {
      base::SyncPoint("records.commit.before");
      status = lent->Run("COMMIT");
      base::SyncPoint("records.commit.after");
    }
    if (!status && lent->InTransaction()) {
      if (auto undone = lent->Run("ROLLBACK"); !undone) lent.reset();
    }
    Return(std::move(lent));
    return status;
  }

  /// Borrows a connection and begins; one that the server has closed meanwhile is made again.
  Result<Lent> Begin(std::string_view begin) {
    for (;;) {
      HEALIX_TRY(Lent lent, Borrow());
      const Status begun = lent->Run(begin);
      if (begun) return lent;
      const bool was_lost = !lent->IsAlive();
      Return(std::move(lent));
      if (!was_lost) return begun.error();
    }
  }

  /// An idle connection, or a new one. An idle one may be lost; a new one is not.
  Result<Lent> Borrow() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return lent_count_ < options_.connections_max; });
    ++lent_count_;
    if (!idle_.empty()) {
      Lent lent = std::move(idle_.back());
      idle_.pop_back();
      return lent;
    }
    lock.unlock();
    auto opened = PostgresConnection::Open(options_);
    if (!opened) Return(nullptr);
    return opened;
  }

  void Return(Lent lent) {
    const std::lock_guard lock(mutex_);
    --lent_count_;
    if (lent != nullptr && lent->IsAlive() && !lent->InTransaction()) {
      idle_.push_back(std::move(lent));
    }
    returned_.notify_one();
  }

  const PostgresOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<Lent> idle_;
  int lent_count_ = 0;
};

}  // namespace

Status PostgresOptions::Validate() const {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool named = !schema.empty() && is_letter(schema.front()) &&
                     std::all_of(schema.begin(), schema.end(),
                                 [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  if (!named || schema.size() > 60) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a schema is named by letters a-z, _ and digits behind them");
  }
  if (connections_max < 1 || attempts_max < 1) {
    return MakeError(ErrorCode::kInvalidArgument, "an option of the record store is too small");
  }
  return {};
}

Result<std::unique_ptr<Store>> OpenPostgres(const PostgresOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  auto store = std::make_unique<PostgresStore>(options);
  HEALIX_RETURN_IF_ERROR(store->Start());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace healix::storage::records
