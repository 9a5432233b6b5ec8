// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Queues jobs durably and hands each to one worker at a time.

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids/randomness.h"
#include "base/ids/uuid.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "storage/jobs/job.h"
#include "storage/records/store.h"

namespace healix::storage::jobs {

struct JobQueueOptions {
  std::chrono::milliseconds lease{60'000};       ///< >= 1 s; settings `jobs.lease_ms`
  std::chrono::milliseconds retry_first{1'000};  ///< wait before the second attempt
  std::chrono::milliseconds retry_max{600'000};  ///< the wait doubles up to this

  /// Errors   kInvalidArgument.
  Status Validate() const;
};

/// A job and the right to run it.
struct ClaimedJob {
  Job job;
  JobLease lease;
  base::Timestamp until;  ///< when the lease ends without a sign of life
};

/// Which jobs to list.
struct JobQuery {
  std::optional<JobState> state;
  std::size_t limit = 100;  ///< 1 to 10,000
};

/// The queue. Leases end by themselves when their holder gives no sign of life; signs of life
/// stay in memory, and only a lease about to end is written again.
/// Threads  all members from any thread.
/// Errors   kJobLeaseLost when the lease was taken over or the job cancelled; those of the store.
/// Example  JobQueueTest.GivesEachJobToOneWorker
class JobQueue final {
 public:
  /// Migrates the concern `jobs` in the store. All parts must outlive the queue.
  static Result<std::unique_ptr<JobQueue>> Open(
      records::Store& store, const JobQueueOptions& options,
      const base::Clock& clock = base::SystemClock(),
      base::Randomness& randomness = base::SystemRandomness());

  /// Adds a job; returns the id of the open job with the same unique key when there is one.
  /// Errors   kInvalidArgument.
  Result<JobId> Enqueue(const JobRequest& request);

  /// Takes the due job of these kinds that has the greatest priority, then waits longest, also one
  /// whose lease has ended; nothing when none is due. A job whose last attempt ended with its lease
  /// becomes dead here.
  Result<std::optional<ClaimedJob>> Claim(const std::vector<std::string>& kinds,
                                          const std::string& owner);
  /// Gives a sign of life, in memory; writes only when half the lease is over.
  Status KeepAlive(const JobLease& lease);
  /// Gives a sign of life and tells progress.
  Status Heartbeat(const JobLease& lease, std::uint64_t done, std::uint64_t total);
  /// Ends a job well.
  Status Complete(const JobLease& lease, const std::string& result_json);
  /// Ends an attempt badly: queued again with a growing, jittered wait when the error is retryable
  /// and attempts are left, else dead.
  Status Fail(const JobLease& lease, const Error& error);

  /// Cancels a queued job at once; a running one learns it by its next heartbeat.
  /// Errors   kJobNotFound; a finished job stays as it is.
  Status Cancel(const JobId& id);
  /// Puts the jobs that a process was running when it died back into the queue, those with a wish
  /// to be cancelled aside; for the only process of a home, before it claims any.
  Status ReleaseAbandoned();

  Result<Job> Find(const JobId& id);
  /// Newest first.
  Result<std::vector<Job>> List(const JobQuery& query);
  /// Forgets jobs that ended before `before`; returns how many.
  Result<std::uint64_t> RemoveFinished(base::Timestamp before);
  /// Returns when the next job of these kinds may be due, nothing when none waits.
  Result<std::optional<base::Timestamp>> NextDue(const std::vector<std::string>& kinds);

  const JobQueueOptions& options() const { return options_; }

 private:
  /// What is known in memory of a lease that this process holds.
  struct HeldLease {
    int attempt = 0;
    base::Timestamp until;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    bool is_cancelled = false;
  };

  JobQueue(records::Store& store, const JobQueueOptions& options, const base::Clock& clock,
           base::Randomness& randomness);
  Result<std::optional<ClaimedJob>> ClaimIn(records::Transaction& transaction,
                                            const std::vector<std::string>& kinds,
                                            const std::string& owner);
  Status Renew(const JobLease& lease, const HeldLease& held);
  Status FailIn(records::Transaction& transaction, const JobLease& lease, const Error& error);
  std::chrono::microseconds RetryWait(int attempts);
  /// Returns what is known of a lease; nothing when it is not held any more.
  HeldLease HeldBy(const JobLease& lease);
  void Forget(const JobLease& lease);
  void ShowLiveProgress(Job& job);

  records::Store& store_;
  const JobQueueOptions options_;
  const base::Clock& clock_;
  std::mutex mutex_;
  base::Randomness& randomness_;
  base::UuidV7Source ids_;
  std::map<JobId, HeldLease> held_;
};

}  // namespace healix::storage::jobs
