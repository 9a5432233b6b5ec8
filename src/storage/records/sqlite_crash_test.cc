// SPDX-License-Identifier: Apache-2.0
// What SQLite acknowledged must be there after any failure, whole; the twin of the disk plays power
// cuts, failing calls and full disks, and a child process is killed for real.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "base/io/fault_file_system.h"
#include "base/io/sync_points.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "storage/records/sqlite_store.h"

namespace healix::storage::records {
namespace {

using base::FaultFileSystem;
using base::FileOperation;
using healix::testing::IsOk;
using healix::testing::TempFolder;

constexpr const char* kPath = "/home/test.db";
constexpr int kTransactions = 12;

Result<std::unique_ptr<Store>> OpenWithTable(base::FileSystem& files, const std::string& path) {
  // A small cache and few pages make SQLite write, spill and check-point more often.
  SqliteOptions options;
  options.path = path;
  options.cache_bytes = 1024 * 1024;
  HEALIX_TRY(auto store, OpenSqlite(files, options));
  HEALIX_TRY(const auto made, store->Write([](Transaction& t) {
    return t.Execute(
        "CREATE TABLE IF NOT EXISTS pair (id INTEGER, half INTEGER, filling BLOB, "
        "PRIMARY KEY (id, half)) STRICT, WITHOUT ROWID");
  }));
  static_cast<void>(made);
  return store;
}

/// One transaction of two rows, each larger than a page.
Status WritePair(Store& store, int id) {
  return store.Write([&](Transaction& t) -> Status {
    for (int half = 0; half < 2; ++half) {
      const auto done = t.Execute("INSERT INTO pair (id, half, filling) VALUES (?, ?, ?)",
                                  {id, half, Bytes(std::string(5000, static_cast<char>(id)))});
      if (!done) return done.error();
    }
    return {};
  });
}

/// Writes pairs until one fails or all are there; returns those that were acknowledged.
std::set<int> WritePairs(base::FileSystem& files, int first) {
  std::set<int> acknowledged;
  const auto store = OpenWithTable(files, kPath);
  if (!store) return acknowledged;
  for (int id = first; id < first + kTransactions; ++id) {
    if (WritePair(**store, id)) acknowledged.insert(id);
  }
  return acknowledged;
}

/// Fails the test unless the store is healthy, holds whole pairs only, and all acknowledged ones.
void ExpectWhole(base::FileSystem& files, const std::string& path,
                 const std::set<int>& acknowledged) {
  const auto store = OpenWithTable(files, path);
  ASSERT_TRUE(IsOk(store));
  const auto found = (*store)->Read([](Reader& reader) {
    return reader.Query("SELECT id, COUNT(*), MIN(LENGTH(filling)) FROM pair GROUP BY id");
  });
  ASSERT_TRUE(IsOk(found));
  std::set<int> present;
  for (const Row& row : *found) {
    EXPECT_EQ(row.Int(1), 2) << "half a transaction";
    EXPECT_EQ(row.Int(2), 5000);
    present.insert(static_cast<int>(row.Int(0)));
  }
  EXPECT_TRUE(
      std::includes(present.begin(), present.end(), acknowledged.begin(), acknowledged.end()))
      << "an acknowledged transaction is lost";
  const auto health =
      (*store)->Read([](Reader& reader) { return reader.QueryFirst("PRAGMA integrity_check"); });
  ASSERT_TRUE(IsOk(health));
  EXPECT_EQ((*health)->Text(0), "ok");
}

FaultFileSystem MakeDisk(std::uint64_t seed) {
  FaultFileSystem disk({.seed = seed, .now = {}});
  EXPECT_TRUE(IsOk(disk.MakeFolders("/home")));
  EXPECT_TRUE(IsOk(disk.SyncFolder("/")));
  return disk;
}

std::uint64_t CallsOfAGoodRun(FileOperation operation) {
  FaultFileSystem disk = MakeDisk(1);
  EXPECT_EQ(WritePairs(disk, 0).size(), static_cast<std::size_t>(kTransactions));
  return disk.CallCount(operation);
}

TEST(SqliteCrashTest, SurvivesAPowerCutAtAnyCall) {
  const std::uint64_t calls = CallsOfAGoodRun(FileOperation::kAny);
  ASSERT_GT(calls, 50u);
  for (std::uint64_t nth = 1; nth <= calls; ++nth) {
    SCOPED_TRACE(nth);
    FaultFileSystem disk = MakeDisk(nth);
    disk.CrashAtCall(FileOperation::kAny, nth);
    const std::set<int> acknowledged = WritePairs(disk, 0);
    if (!disk.crashed()) disk.Crash();
    disk.Reopen();
    ExpectWhole(disk, kPath, acknowledged);
  }
}

TEST(SqliteCrashTest, SurvivesAPowerCutAtEachPointOfACommit) {
  for (const char* point : {"records.commit.before", "records.commit.after"}) {
    for (std::uint64_t nth = 1; nth <= kTransactions; ++nth) {
      SCOPED_TRACE(std::string(point) + " " + std::to_string(nth));
      FaultFileSystem disk = MakeDisk(nth);
      disk.CrashAtSyncPoint(point, nth);
      const std::set<int> acknowledged = WritePairs(disk, 0);
      ASSERT_TRUE(disk.crashed());
      disk.Reopen();
      ExpectWhole(disk, kPath, acknowledged);
    }
  }
}

TEST(SqliteCrashTest, GoesOnAfterAnyFailingCall) {
  for (const FileOperation operation :
       {FileOperation::kWrite, FileOperation::kSync, FileOperation::kRead, FileOperation::kOpen,
        FileOperation::kSyncFolder, FileOperation::kTruncate}) {
    const std::uint64_t calls = CallsOfAGoodRun(operation);
    for (std::uint64_t nth = 1; nth <= calls; ++nth) {
      SCOPED_TRACE(fmt::format("operation {} call {}", static_cast<int>(operation), nth));
      FaultFileSystem disk = MakeDisk(nth);
      disk.FailCall(operation, nth, ErrorCode::kIoFailed);
      std::set<int> acknowledged = WritePairs(disk, 0);
      disk.ClearFaults();
      acknowledged.merge(WritePairs(disk, 100));
      EXPECT_TRUE(acknowledged.contains(100 + kTransactions - 1)) << "it can't write any more";
      disk.Crash();
      disk.Reopen();
      ExpectWhole(disk, kPath, acknowledged);
    }
  }
}

TEST(SqliteCrashTest, SaysThatTheDiskIsFull) {
  FaultFileSystem disk = MakeDisk(1);
  const auto store = OpenWithTable(disk, kPath);
  ASSERT_TRUE(IsOk(store));
  ASSERT_TRUE(IsOk(WritePair(**store, 1)));
  disk.SetCapacity(64 * 1024);
  int id = 2;
  Status status = WritePair(**store, id);
  while (status && id < 100) status = WritePair(**store, ++id);
  EXPECT_TRUE(healix::testing::IsError(status, ErrorCode::kDiskFull));
  disk.ClearFaults();
  EXPECT_TRUE(IsOk(WritePair(**store, 1000)));
}

TEST(SqliteCrashTest, SortsOnDiskAndLeavesNothingThere) {
  FaultFileSystem disk = MakeDisk(1);
  const std::string left_by_a_crash = std::string(kPath) + "-sql-1";
  ASSERT_TRUE(IsOk(base::WriteFileDurably(disk, left_by_a_crash, "old")));
  const auto store = OpenWithTable(disk, kPath);
  ASSERT_TRUE(IsOk(store));
  constexpr int kRows = 200;
  ASSERT_TRUE(IsOk((*store)->Write([](Transaction& t) {
    RowBatch batch{"pair", {"id", "half", "filling"}, 2, {}};
    for (int id = 0; id < kRows; ++id) {
      std::string filling = std::to_string(kRows * 7 - id) + std::string(20'000, 'x');
      batch.values.insert(batch.values.end(), {id, 0, Value(Blob{std::move(filling)})});
    }
    return t.InsertIgnore(batch);
  })));
  int last = kRows;
  EXPECT_TRUE(IsOk((*store)->Read([&](Reader& reader) {
    return reader.Each("SELECT id, filling FROM pair ORDER BY filling", {},
                       [&](const Row& row) -> Status {
                         EXPECT_EQ(row.Int(0), last - 1);
                         last = static_cast<int>(row.Int(0));
                         return {};
                       });
  })));
  EXPECT_EQ(last, 0);
  EXPECT_FALSE(disk.Stat(left_by_a_crash)) << "it was used again, and removed";
}

/// Ends the process when the n-th sync point is passed.
void KillAtZero(std::string_view, void* context) {
  auto* left = static_cast<std::atomic<int>*>(context);
  if (--*left == 0) ::kill(::getpid(), SIGKILL);
}

/// Writes pairs from two threads and sends each acknowledged number up the pipe.
[[noreturn]] void WriteAsChild(const std::string& path, int pipe, int points) {
  static std::atomic<int> left;
  left = points;
  base::SetSyncPointHook(KillAtZero, &left);
  const auto store = OpenWithTable(base::PosixFileSystem(), path);
  std::vector<std::thread> writers;
  for (int writer = 0; store && writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (int id = writer * 100; id < writer * 100 + kTransactions; ++id) {
        if (!WritePair(**store, id)) continue;
        if (::write(pipe, &id, sizeof id) != sizeof id) ::_exit(2);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ::_exit(store ? 0 : 1);
}

/// Runs the child until it ends or kills itself at the n-th point.
struct ChildRun {
  std::set<int> acknowledged;
  bool was_killed = false;
};

ChildRun RunChild(const std::string& path, int points) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) WriteAsChild(path, ends[1], points);
  ::close(ends[1]);
  ChildRun run;
  int id = 0;
  while (::read(ends[0], &id, sizeof id) == sizeof id) run.acknowledged.insert(id);
  ::close(ends[0]);
  int state = 0;
  ::waitpid(child, &state, 0);
  run.was_killed = WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL;
  return run;
}

TEST(SqliteCrashTest, SurvivesKillNine) {
  const TempFolder folder;
  int kills = 0;
  for (int points = 1; points < 400; points += points < 20 ? 1 : 7) {
    SCOPED_TRACE(points);
    const std::string path = folder / ("kill-" + std::to_string(points) + ".db");
    const ChildRun run = RunChild(path, points);
    ExpectWhole(base::PosixFileSystem(), path, run.acknowledged);
    if (!run.was_killed) {
      EXPECT_EQ(run.acknowledged.size(), 2u * kTransactions);
      break;
    }
    ++kills;
  }
  EXPECT_GT(kills, 20);
}

}  // namespace
}  // namespace healix::storage::records
