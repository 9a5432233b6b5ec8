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
  EXPECT_EQ(worker.RunDue().value(), (std::vector{good, flaky}));
  EXPECT_EQ(queue_->Find(good).value().result_json, R"({"by":"good"})");
  EXPECT_EQ(queue_->Find(good).value().progress_total, 2u) << "how far it came stays known";
  EXPECT_EQ(StateOf(flaky), JobState::kQueued);
  for (int retry = 0; retry < 2; ++retry) {
    clock_.Advance(seconds(5));
    EXPECT_EQ(worker.RunDue().value(), std::vector{flaky});
  }
  EXPECT_EQ(StateOf(flaky), JobState::kDone);
  EXPECT_EQ(StateOf(unknown), JobState::kQueued);
  EXPECT_TRUE(worker.RunDue().value().empty());
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
  EXPECT_EQ(worker.RunDue().value(), std::vector{id});
  const Job job = queue_->Find(id).value();
  EXPECT_EQ(job.state, JobState::kRunning) << "the other worker has it";
  EXPECT_EQ(job.attempts, 2);
}

TEST_F(WorkerTest, RunsAJobToItsEndThroughFailures) {
  // The machine's own clock: between two attempts time has to pass.
  JobQueueOptions quick;
  quick.retry_first = milliseconds(1);
  const auto queue = JobQueue::Open(*store_, quick).value();
  std::vector<std::string> told;
  Worker worker(*queue,
                {.owner = "test", .poll = milliseconds(1), .on_progress = [&](const Job& job) {
                   told.push_back(fmt::format("{}: {} of {}", job.attempts, job.progress_done,
                                              job.progress_total));
                 }});
  worker.Register("flaky", [&](JobContext& context) -> Result<std::string> {
    HEALIX_RETURN_IF_ERROR(context.Heartbeat(1, 4));
    EXPECT_FALSE(context.ShouldStop()) << "asking tells no progress";
    EXPECT_EQ(queue->Find(context.job().id).value().progress_done, 1u);
    if (context.job().attempts < 3) return MakeError(ErrorCode::kIoFailed, "not yet");
    return std::string("{}");
  });
  worker.Register("hopeless", [&](JobContext&) -> Result<std::string> {
    return MakeError(ErrorCode::kInvalidArgument, "never");
  });
  const JobId left = Add("flaky");  // of an earlier process: first come, first served
  const JobId hopeless = Add("hopeless");
  EXPECT_EQ(worker.RunToEnd(hopeless).value().state, JobState::kDead);
  EXPECT_EQ(StateOf(left), JobState::kQueued);
  const Job done = worker.RunToEnd(left).value();
  EXPECT_EQ(done.state, JobState::kDone);
  EXPECT_EQ(done.attempts, 3);
  EXPECT_EQ(told, (std::vector<std::string>{"1: 1 of 4", "2: 1 of 4", "3: 1 of 4"}));
  EXPECT_TRUE(IsError(worker.RunToEnd(JobId("no")), ErrorCode::kJobNotFound));
}

TEST_F(WorkerTest, ACancelledJobLearnsItAndEnds) {
  Worker worker(*queue_, {});
  worker.Register("long", [&](JobContext& context) -> Result<std::string> {
    EXPECT_TRUE(IsOk(queue_->Cancel(context.job().id)));
    EXPECT_TRUE(context.ShouldStop());
    return MakeError(ErrorCode::kCancelled, "stopped");
  });
  const JobId id = Add("long");
  EXPECT_EQ(worker.RunToEnd(id).value().state, JobState::kCancelled);
}

TEST_F(WorkerTest, ALongStepDoesNotLoseItsLease) {
  JobQueueOptions options;
  options.lease = milliseconds(1000);
  const auto queue = JobQueue::Open(*store_, options).value();
  Worker worker(*queue, {});
  worker.Register("long", [&](JobContext&) -> Result<std::string> {
    std::this_thread::sleep_for(milliseconds(1500));  // longer than the lease, without a word
    EXPECT_FALSE(queue->Claim({"long"}, "another").value());
    return std::string("{}");
  });
  EXPECT_EQ(worker.RunToEnd(Add("long")).value().attempts, 1);
}

}  // namespace
}  // namespace healix::storage::jobs
