// SPDX-License-Identifier: Apache-2.0
#include "storage/jobs/job_queue.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "storage/records/on_each_database.h"

namespace healix::storage::jobs {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::vector<std::string> kKinds = {"demo"};

class JobQueueTest : public records::OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    auto queue = JobQueue::Open(store(), Options(), clock_, randomness_);
    ASSERT_TRUE(IsOk(queue));
    queue_ = std::move(queue).value();
  }

  static JobQueueOptions Options() {
    return {.lease = seconds(10), .retry_first = seconds(4), .retry_max = seconds(20)};
  }
  JobId Add(JobRequest request = {}) {
    if (request.kind.empty()) request.kind = "demo";
    const auto id = queue_->Enqueue(request);
    EXPECT_TRUE(IsOk(id));
    return *id;
  }
  std::optional<ClaimedJob> Claim(const std::string& owner = "a") {
    auto claimed = queue_->Claim(kKinds, owner);
    EXPECT_TRUE(IsOk(claimed));
    return std::move(claimed).value();
  }
  Job Find(const JobId& id) { return queue_->Find(id).value(); }
  static Error Retryable() { return MakeError(ErrorCode::kIoFailed, "for now"); }
  static Error Final() { return MakeError(ErrorCode::kInvalidArgument, "for good"); }

  base::TestClock clock_;
  base::SeededRandomness randomness_{1};
  std::unique_ptr<JobQueue> queue_;
};

TEST_P(JobQueueTest, KeepsWhatWasAsked) {
  JobRequest request;
  request.kind = "demo";
  request.arguments_json = R"({"table":"raw.fhir"})";
  request.priority = -2;
  request.attempts_max = 7;
  request.attribution.use_case = "uc-1";
  const JobId id = Add(request);
  const auto claimed = Claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->job.id, id);
  ASSERT_TRUE(IsOk(queue_->Complete(claimed->lease, R"({"files":3})")));
  const Job job = Find(id);
  EXPECT_EQ(job.state, JobState::kDone);
  EXPECT_EQ(job.request.arguments_json, request.arguments_json);
  EXPECT_EQ(job.request.priority, -2);
  EXPECT_EQ(job.request.attempts_max, 7);
  EXPECT_EQ(job.request.attribution, request.attribution);
  EXPECT_EQ(job.request.attribution.principal, "local");
  EXPECT_EQ(job.result_json, R"({"files":3})");
  EXPECT_EQ(job.finished_at, clock_.Now());
  EXPECT_FALSE(Claim());
  EXPECT_TRUE(IsError(queue_->Find(JobId("no")), ErrorCode::kJobNotFound));
}

TEST_P(JobQueueTest, GivesEachJobToOneWorker) {
  constexpr int kJobs = 60;
  for (int i = 0; i < kJobs; ++i) Add();
  std::mutex mutex;
  std::multiset<JobId> given;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&, worker] {
      const std::string owner = std::to_string(worker);
      for (;;) {
        const auto claimed = queue_->Claim(kKinds, owner);
        ASSERT_TRUE(IsOk(claimed));
        if (!*claimed) return;
        const std::lock_guard lock(mutex);
        given.insert((*claimed)->job.id);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(given.size(), static_cast<std::size_t>(kJobs));
  EXPECT_EQ(std::set<JobId>(given.begin(), given.end()).size(), static_cast<std::size_t>(kJobs));
}

TEST_P(JobQueueTest, TakesPriorityThenAge) {
  JobRequest low{.kind = "demo"};
  low.priority = -1;
  JobRequest later{.kind = "demo"};
  later.run_after = clock_.Now() + seconds(5);
  JobRequest other{.kind = "unknown to us"};
  const JobId third = Add(low);
  const JobId fourth = Add(later);
  const JobId first = Add();
  const JobId second = Add();
  Add(other);
  EXPECT_EQ(Claim()->job.id, first);
  EXPECT_EQ(Claim()->job.id, second);
  EXPECT_EQ(Claim()->job.id, third);
  EXPECT_FALSE(Claim());
  clock_.Advance(seconds(5));
  EXPECT_EQ(Claim()->job.id, fourth);
}

TEST_P(JobQueueTest, TriesAgainWithAGrowingWait) {
  JobRequest request{.kind = "demo"};
  request.attempts_max = 5;
  const JobId id = Add(request);
  for (const milliseconds longest : {seconds(4), seconds(8), seconds(16), seconds(20)}) {
    const auto claimed = Claim();
    ASSERT_TRUE(claimed);
    ASSERT_TRUE(IsOk(queue_->Fail(claimed->lease, Retryable())));
    const auto wait = Find(id).request.run_after - clock_.Now();
    EXPECT_LE(wait, longest);
    EXPECT_GE(wait, longest / 2);
    EXPECT_FALSE(Claim());
    clock_.Advance(wait);
  }
  ASSERT_TRUE(IsOk(queue_->Fail(Claim()->lease, Retryable())));
  const Job job = Find(id);
  EXPECT_EQ(job.state, JobState::kDead);
  EXPECT_EQ(job.attempts, 5);
  EXPECT_EQ(job.error_code, ErrorCode::kIoFailed);
  EXPECT_EQ(job.error_message, "for now");
}

TEST_P(JobQueueTest, DoesNotTryAgainWhatCannotSucceed) {
  const JobId id = Add();
  ASSERT_TRUE(IsOk(queue_->Fail(Claim()->lease, Final())));
  EXPECT_EQ(Find(id).state, JobState::kDead);
  EXPECT_EQ(Find(id).error_code, ErrorCode::kInvalidArgument);
}

TEST_P(JobQueueTest, AnEndedLeaseGivesTheJobToAnother) {
  const JobId id = Add();
  const auto lost = Claim("a");
  EXPECT_FALSE(Claim("b")) << "the lease still runs";
  clock_.Advance(seconds(11));
  EXPECT_TRUE(IsError(queue_->Complete(lost->lease, "{}"), ErrorCode::kJobLeaseLost));
  const auto taken = Claim("b");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->lease.attempt, 2);
  EXPECT_TRUE(IsError(queue_->Complete(lost->lease, "{}"), ErrorCode::kJobLeaseLost));
  EXPECT_TRUE(IsError(queue_->Heartbeat(lost->lease, 1, 2), ErrorCode::kJobLeaseLost));
  EXPECT_TRUE(IsError(queue_->Fail(lost->lease, Retryable()), ErrorCode::kJobLeaseLost));
  EXPECT_EQ(Find(id).state, JobState::kRunning);
  EXPECT_TRUE(IsOk(queue_->Complete(taken->lease, "{}")));
}

TEST_P(JobQueueTest, SignsOfLifeKeepTheLease) {
  const JobId id = Add();
  const auto claimed = Claim("a");
  for (std::uint64_t done = 1; done <= 20; ++done) {
    clock_.Advance(seconds(3));
    ASSERT_TRUE(IsOk(queue_->Heartbeat(claimed->lease, done, 20)));
    EXPECT_EQ(Find(id).progress_done, done);
    EXPECT_FALSE(Claim("b"));
  }
  EXPECT_TRUE(IsOk(queue_->Complete(claimed->lease, "{}")));
}

TEST_P(JobQueueTest, EndsAJobThatKillsItsWorkers) {
  JobRequest request{.kind = "demo"};
  request.attempts_max = 2;
  const JobId id = Add(request);
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_TRUE(Claim());
    clock_.Advance(seconds(11));
  }
  EXPECT_FALSE(Claim());
  EXPECT_EQ(Find(id).state, JobState::kDead);
  EXPECT_EQ(Find(id).error_code, ErrorCode::kJobLeaseLost);
}

TEST_P(JobQueueTest, ANewProcessTakesOverAtOnce) {
  Add();
  const auto lost = Claim("killed");
  const auto restarted = JobQueue::Open(store(), Options(), clock_, randomness_).value();
  EXPECT_FALSE(restarted->Claim(kKinds, "new").value());
  ASSERT_TRUE(IsOk(restarted->ReleaseAbandoned()));
  clock_.Advance(milliseconds(1));
  EXPECT_TRUE(restarted->Claim(kKinds, "new").value());
  EXPECT_TRUE(IsError(queue_->Complete(lost->lease, "{}"), ErrorCode::kJobLeaseLost));
}

TEST_P(JobQueueTest, AJobOfADeadProcessCanBeCancelled) {
  const JobId asked = Add();
  ASSERT_TRUE(Claim("killed"));
  ASSERT_TRUE(IsOk(queue_->Cancel(asked)));
  const JobId left = Add();
  ASSERT_TRUE(Claim("killed"));
  const auto restarted = JobQueue::Open(store(), Options(), clock_, randomness_).value();
  ASSERT_TRUE(IsOk(restarted->ReleaseAbandoned()));
  EXPECT_EQ(Find(asked).state, JobState::kCancelled) << "the wish outlived the process";
  EXPECT_EQ(Find(left).state, JobState::kQueued);
  EXPECT_EQ(Find(left).attempts, 1);
  ASSERT_TRUE(IsOk(restarted->Cancel(left)));
  EXPECT_EQ(Find(left).state, JobState::kCancelled);
  EXPECT_FALSE(restarted->Claim(kKinds, "new").value());
}

TEST_P(JobQueueTest, CancelsQueuedAndRunningJobs) {
  const JobId running = Add();
  const auto claimed = Claim();
  const JobId queued = Add();
  ASSERT_TRUE(IsOk(queue_->Cancel(queued)));
  EXPECT_EQ(Find(queued).state, JobState::kCancelled);
  EXPECT_FALSE(Claim());

  ASSERT_TRUE(IsOk(queue_->Cancel(running)));
  EXPECT_TRUE(IsError(queue_->Heartbeat(claimed->lease, 1, 2), ErrorCode::kJobLeaseLost));
  ASSERT_TRUE(IsOk(queue_->Fail(claimed->lease, Retryable())));
  EXPECT_EQ(Find(running).state, JobState::kCancelled);
  EXPECT_TRUE(IsOk(queue_->Cancel(running))) << "a finished job stays as it is";
  EXPECT_TRUE(IsError(queue_->Cancel(JobId("no")), ErrorCode::kJobNotFound));
}

TEST_P(JobQueueTest, OneOpenJobPerKey) {
  JobRequest request{.kind = "demo"};
  request.unique_key = "compact raw.fhir";
  const JobId first = Add(request);
  EXPECT_EQ(Add(request), first);
  const auto claimed = Claim();
  EXPECT_EQ(Add(request), first) << "also while it runs";
  EXPECT_FALSE(Claim());
  ASSERT_TRUE(IsOk(queue_->Complete(claimed->lease, "{}")));
  EXPECT_NE(Add(request), first);
}

TEST_P(JobQueueTest, ListsAndForgets) {
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Add());
  ASSERT_TRUE(IsOk(queue_->Complete(Claim()->lease, "{}")));
  const auto newest = queue_->List({.state = {}, .limit = 2});
  ASSERT_EQ(newest.value().size(), 2u);
  EXPECT_EQ(newest.value()[0].id, ids[4]);
  EXPECT_EQ(queue_->List({.state = JobState::kQueued}).value().size(), 4u);
  EXPECT_TRUE(IsError(queue_->List({.state = {}, .limit = 0}), ErrorCode::kInvalidArgument));
  EXPECT_EQ(queue_->RemoveFinished(clock_.Now()).value(), 0u);
  EXPECT_EQ(queue_->RemoveFinished(clock_.Now() + seconds(1)).value(), 1u);
  EXPECT_EQ(queue_->List({}).value().size(), 4u);
}

TEST_P(JobQueueTest, SaysWhenTheNextJobIsDue) {
  EXPECT_FALSE(queue_->NextDue(kKinds).value());
  JobRequest later{.kind = "demo"};
  later.run_after = clock_.Now() + seconds(5);
  Add(later);
  EXPECT_EQ(queue_->NextDue(kKinds).value(), later.run_after);
  EXPECT_FALSE(queue_->NextDue({"other"}).value());
}

TEST_P(JobQueueTest, RefusesRequestsThatCannotRun) {
  EXPECT_TRUE(IsError(queue_->Enqueue({}), ErrorCode::kInvalidArgument));
  JobRequest never{.kind = "demo"};
  never.attempts_max = 0;
  EXPECT_TRUE(IsError(queue_->Enqueue(never), ErrorCode::kInvalidArgument));
}

HEALIX_ON_EACH_DATABASE(JobQueueTest);

}  // namespace
}  // namespace healix::storage::jobs
