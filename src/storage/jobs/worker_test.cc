// SPDX-License-Identifier: Apache-2.0
#include "storage/jobs/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "storage/records/sqlite_store.h"

namespace healix::storage::jobs {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using std::chrono::milliseconds;
using std::chrono::seconds;

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    records::SqliteOptions options;
    options.path = folder_ / "jobs.db";
    store_ = OpenSqlite(base::PosixFileSystem(), options).value();
    queue_ = JobQueue::Open(*store_, {}, clock_, randomness_).value();
  }

  JobId Add(const std::string& kind) { return queue_->Enqueue({.kind = kind}).value(); }
  JobState StateOf(const JobId& id) { return queue_->Find(id).value().state; }

  const healix::testing::TempFolder folder_;
  base::TestClock clock_;
  base::SeededRandomness randomness_{1};
  std::unique_ptr<records::Store> store_;
  std::unique_ptr<JobQueue> queue_;
};

TEST_F(WorkerTest, RunsJobsAndRetriesFailures) {
  Worker worker(*queue_, {});
  worker.Register("good", [](JobContext& context) -> Result<std::string> {
    HEALIX_RETURN_IF_ERROR(context.Heartbeat(1, 2));
    return std::string(R"({"by":"good"})");
  });
  int tries = 0;
  worker.Register("flaky", [&](JobContext& context) -> Result<std::string> {
    EXPECT_EQ(context.job().attempts, ++tries);
    if (tries < 3) return MakeError(ErrorCode::kIoFailed, "not yet");
    return std::string("{}");
  });
  const JobId good = Add("good");
  const JobId flaky = Add("flaky");
  const JobId unknown = Add("of another program");
  EXPECT_EQ(worker.RunDue().value(), 2);
  EXPECT_EQ(queue_->Find(good).value().result_json, R"({"by":"good"})");
  EXPECT_EQ(StateOf(flaky), JobState::kQueued);
  for (int retry = 0; retry < 2; ++retry) {
    clock_.Advance(seconds(5));
    EXPECT_EQ(worker.RunDue().value(), 1);
  }
  EXPECT_EQ(StateOf(flaky), JobState::kDone);
  EXPECT_EQ(StateOf(unknown), JobState::kQueued);
  EXPECT_EQ(worker.RunDue().value(), 0);
}

TEST_F(WorkerTest, RunsOnSeveralThreadsAndStops) {
  constexpr int kJobs = 20;
  std::atomic<int> ran{0};
  std::promise<void> all_ran;
  Worker worker(*queue_, {.owner = "test", .threads = 4, .poll = milliseconds(1)});
  worker.Register("count", [&](JobContext&) -> Result<std::string> {
    if (++ran == kJobs) all_ran.set_value();
    return std::string("{}");
  });
  worker.Start();
  for (int i = 0; i < kJobs; ++i) Add("count");
  all_ran.get_future().wait();
  worker.Stop();
  EXPECT_EQ(ran.load(), kJobs);
  EXPECT_EQ(queue_->List({.state = JobState::kDone}).value().size(),
            static_cast<std::size_t>(kJobs));
}

TEST_F(WorkerTest, ALostLeaseIsNoFailure) {
  Worker worker(*queue_, {});
  worker.Register("slow", [&](JobContext& context) -> Result<std::string> {
    clock_.Advance(std::chrono::minutes(5));
    EXPECT_TRUE(IsOk(queue_->Claim({"slow"}, "another")));
    EXPECT_TRUE(IsError(context.Heartbeat(1, 2), ErrorCode::kJobLeaseLost));
    return std::string("{}");
  });
  const JobId id = Add("slow");
  EXPECT_EQ(worker.RunDue().value(), 1);
  const Job job = queue_->Find(id).value();
  EXPECT_EQ(job.state, JobState::kRunning) << "the other worker has it";
  EXPECT_EQ(job.attempts, 2);
}

}  // namespace
}  // namespace healix::storage::jobs
