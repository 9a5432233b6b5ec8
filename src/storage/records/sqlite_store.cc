// SPDX-License-Identifier: Apache-2.0
#include "storage/records/sqlite_store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "base/io/sync_points.h"
#include "storage/records/sqlite_connection_internal.h"
#include "storage/records/sqlite_vfs_internal.h"

namespace healix::storage::records {
namespace {

/// A closure whose caller waits.
struct WaitingWrite {
  const Store::WriteBody* body;
  Status status;
  bool is_done = false;
};

/// Runs a group of closures in one transaction; each can fail alone.
class GroupCommit final {
 public:
  explicit GroupCommit(SqliteConnection& connection) : connection_(connection) {}

  /// Sets the status of every member. On return nothing is open.
  void Run(const std::vector<WaitingWrite*>& group) {
    for (WaitingWrite* write : group) RunOne(*write, group.size() > 1);
    Commit();
  }

 private:
  void RunOne(WaitingWrite& write, bool shares_commit) {
    if (!connection_.InTransaction()) {
      write.status = connection_.Run("BEGIN IMMEDIATE");
      if (!write.status) return;
    }
    write.status = shares_commit ? RunInSavepoint(*write.body) : connection_.RunBody(*write.body);
    if (!connection_.InTransaction()) {
      // A full disk or a failed file operation makes SQLite roll back everything.
      LoseAll(write.status ? MakeError(ErrorCode::kRecordsFailed, "SQLite rolled back")
                           : write.status.error());
    }
    if (write.status) good_.push_back(&write);
  }

  Status RunInSavepoint(const Store::WriteBody& body) {
    HEALIX_RETURN_IF_ERROR(connection_.Run("SAVEPOINT closure"));
    const Status status = connection_.RunBody(body);
    if (!connection_.InTransaction()) return status;
    if (!status) {
      if (auto undone = connection_.Run("ROLLBACK TO closure"); !undone) {
        RollBack();
        return undone.error();
      }
    }
    if (auto released = connection_.Run("RELEASE closure"); !released) return released;
    return status;
  }

  void Commit() {
    if (!connection_.InTransaction()) return;
    if (good_.empty()) return RollBack();
    base::SyncPoint("records.commit.before");
    const Status committed = connection_.Run("COMMIT");
    if (!committed) {
      RollBack();
      LoseAll(committed.error());
    }
    base::SyncPoint("records.commit.after");
  }

  void RollBack() {
    if (!connection_.InTransaction()) return;
    const Status done = connection_.Run("ROLLBACK");
    HEALIX_CHECK(done || !connection_.InTransaction(), "a rollback leaves the transaction");
  }

  void LoseAll(const Error& error) {
    for (WaitingWrite* write : good_) write->status = error;
    good_.clear();
  }

  SqliteConnection& connection_;
  std::vector<WaitingWrite*> good_;
};

/// `<temp folder>/catalog.db-sql-`: no two stores share a name.
std::string TempPrefix(const SqliteOptions& options) {
  const std::filesystem::path path(options.path);
  const std::filesystem::path folder =
      options.temp_folder.empty() ? path.parent_path() : std::filesystem::path(options.temp_folder);
  return (folder / path.filename()).string() + "-sql-";
}

class SqliteStore final : public Store {
 public:
  SqliteStore(base::FileSystem& files, SqliteOptions options)
      : options_(std::move(options)), vfs_(files, TempPrefix(options_)) {}

  ~SqliteStore() override {
    {
      const std::lock_guard lock(queue_mutex_);
      is_closing_ = true;
    }
    queue_grew_.notify_all();
    if (writer_thread_.joinable()) writer_thread_.join();
  }

  Status Start() {
    HEALIX_TRY(writer_, Connect(SqliteAccess::kWrite));
    writer_thread_ = std::thread([this] { WriteForEver(); });
    return {};
  }

  Dialect dialect() const override { return Dialect::kSqlite; }

 protected:
  Status RunRead(const ReadBody& body) override {
    HEALIX_TRY(std::unique_ptr<SqliteConnection> reader, BorrowReader());
    const Status status = ReadOn(*reader, body);
    ReturnReader(std::move(reader));
    return status;
  }

  Status RunWrite(const WriteBody& body) override {
    HEALIX_CHECK(std::this_thread::get_id() != writer_thread_.get_id(),
                 "a write inside a write of the same store would wait for ever");
    WaitingWrite write{&body, {}};
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&write);
    queue_grew_.notify_one();
    writes_done_.wait(lock, [&] { return write.is_done; });
    return write.status;
  }

 private:
  Result<std::unique_ptr<SqliteConnection>> Connect(SqliteAccess access) {
    const bool writes = access == SqliteAccess::kWrite;
    return SqliteConnection::Open(
        {options_.path, vfs_.name(), access, writes ? options_.cache_bytes : 0});
  }

  static Status ReadOn(SqliteConnection& reader, const ReadBody& body) {
    HEALIX_RETURN_IF_ERROR(reader.Run("BEGIN"));
    const Status status = body(reader);
    const Status ended = reader.InTransaction() ? reader.Run("ROLLBACK") : Status();
    return status ? ended : status;
  }

  Result<std::unique_ptr<SqliteConnection>> BorrowReader() {
    std::unique_lock lock(readers_mutex_);
    reader_returned_.wait(lock, [&] { return readers_lent_ < options_.readers_max; });
    ++readers_lent_;
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
    lock.unlock();
    auto opened = Connect(SqliteAccess::kRead);
    if (!opened) ReturnReader(nullptr);
    return opened;
  }

  void ReturnReader(std::unique_ptr<SqliteConnection> reader) {
    const std::lock_guard lock(readers_mutex_);
    --readers_lent_;
    if (reader != nullptr && !reader->InTransaction()) idle_readers_.push_back(std::move(reader));
    reader_returned_.notify_one();
  }

  /// Waits for work; empty when the store closes.
  std::vector<WaitingWrite*> NextGroup() {
    std::unique_lock lock(queue_mutex_);
    queue_grew_.wait(lock, [&] { return is_closing_ || !queue_.empty(); });
    const std::size_t size = std::min(queue_.size(), options_.group_closures_max);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(size);
    std::vector<WaitingWrite*> group(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    return group;
  }

  void WriteForEver() {
    for (auto group = NextGroup(); !group.empty(); group = NextGroup()) {
      GroupCommit(*writer_).Run(group);
      const std::lock_guard lock(queue_mutex_);
      for (WaitingWrite* write : group) write->is_done = true;
      writes_done_.notify_all();
    }
  }

  SqliteOptions options_;
  SqliteVfs vfs_;  // outlives the connections
  std::unique_ptr<SqliteConnection> writer_;

  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;
  int readers_lent_ = 0;

  std::mutex queue_mutex_;
  std::condition_variable queue_grew_;
  std::condition_variable writes_done_;
  std::deque<WaitingWrite*> queue_;
  bool is_closing_ = false;
  std::thread writer_thread_;
};

}  // namespace

Status SqliteOptions::Validate() const {
  if (path.empty()) return MakeError(ErrorCode::kInvalidArgument, "a record store needs a path");
  if (readers_max < 1 || group_closures_max < 1 || cache_bytes < 1024 * 1024) {
    return MakeError(ErrorCode::kInvalidArgument, "an option of the record store is too small");
  }
  return {};
}

Result<std::unique_ptr<Store>> OpenSqlite(base::FileSystem& files, const SqliteOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  auto store = std::make_unique<SqliteStore>(files, options);
  HEALIX_RETURN_IF_ERROR(store->Start());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace healix::storage::records
