// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/maintenance_jobs.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;
using storage::jobs::JobQueue;
using storage::jobs::JobState;

/// Remembers what it was asked for.
class SpyMaintenance final : public Maintenance {
 public:
  Result<CompactReport> Compact(const TableName& name, const TaskControl& control) override {
    asked.push_back("compact " + ToString(name));
    if (control.on_progress) control.on_progress(0.5);
    if (control.should_stop()) return MakeError(ErrorCode::kCancelled, "stopped");
    return CompactReport{3, 1, 0, 12};
  }
  Result<RemovalReport> Expire(const TableName& name, const ExpireOptions& options,
                               const TaskControl&) override {
    asked.push_back("expire " + ToString(name));
    older_than = options.older_than;
    keep_last = options.keep_last;
    return RemovalReport{};
  }
  Result<RemovalReport> RemoveOrphans(const TableName& name, const TaskControl&) override {
    asked.push_back("orphans " + ToString(name));
    return RemovalReport{};
  }
  Result<RemovalReport> PurgeDropped(const TaskControl&) override {
    asked.push_back("purge");
    return RemovalReport{};
  }

  std::vector<std::string> asked;
  base::Timestamp older_than;
  int keep_last = 0;
};

TEST(MaintenanceJobsTest, CompactsInTheBackground) {
  TempFolder folder;
  storage::records::SqliteOptions options;
  options.path = folder / "jobs.db";
  auto store = storage::records::OpenSqlite(base::PosixFileSystem(), options);
  ASSERT_TRUE(IsOk(store));
  base::TestClock clock;
  auto queue = JobQueue::Open(**store, {}, clock);
  ASSERT_TRUE(IsOk(queue));
  SpyMaintenance spy;
  storage::jobs::Worker worker(**queue, {});
  std::vector<MaintenanceTask> acts;
  RegisterMaintenance(worker, {spy, clock, [&](MaintenanceTask task) {
                                 acts.push_back(task);
                                 return InTransaction();
                               }});
  const TableName table{"main", "t"};
  const auto compact = (*queue)->Enqueue(JobFor({MaintenanceTask::kCompact, table}));
  EXPECT_EQ(*compact, *(*queue)->Enqueue(JobFor({MaintenanceTask::kCompact, table})));
  for (const auto task : {MaintenanceTask::kExpire, MaintenanceTask::kRemoveOrphans,
                          MaintenanceTask::kPurgeDropped}) {
    ASSERT_TRUE(IsOk((*queue)->Enqueue(JobFor({task, table, std::chrono::hours(2), 7}))));
  }
  EXPECT_EQ(worker.RunDue().value().size(), 4u);
  EXPECT_EQ(spy.asked, (std::vector<std::string>{"compact main.t", "expire main.t",
                                                 "orphans main.t", "purge"}));
  EXPECT_EQ(spy.older_than, clock.Now() - std::chrono::hours(2));
  EXPECT_EQ(spy.keep_last, 7);
  EXPECT_EQ(acts.size(), 4u) << "each task is told of by an act of its kind";
  const auto job = (*queue)->Find(*compact);
  EXPECT_EQ(job->state, JobState::kDone);
  EXPECT_EQ(job->result_json,
            R"({"bytes_rewritten":12,"delete_files_removed":0,"files_after":1,"files_before":3})");
}

TEST(MaintenanceJobsTest, AnotherRequestIsAnotherJob) {
  const TableName table{"main", "t"};
  const auto key_of = [&](int keep_last) {
    return JobFor({MaintenanceTask::kExpire, table, std::chrono::hours(2), keep_last}).unique_key;
  };
  EXPECT_EQ(key_of(1), key_of(1));
  EXPECT_NE(key_of(1), key_of(2));
}

}  // namespace
}  // namespace healix::lakehouse::tables
