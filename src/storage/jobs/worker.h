// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs the jobs of a queue on threads of its own.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/jobs/job_queue.h"

namespace healix::storage::jobs {

/// What a running job is given.
/// Threads  those of the handler.
class JobContext final {
 public:
  using OnProgress = std::function<void(const Job&)>;

  JobContext(JobQueue& queue, ClaimedJob claimed, const OnProgress& on_progress)
      : queue_(queue), claimed_(std::move(claimed)), on_progress_(on_progress) {}

  const Job& job() const { return claimed_.job; }
  /// Tells progress.
  /// Errors   kJobLeaseLost when the job was cancelled or taken over: the handler must end.
  Status Heartbeat(std::uint64_t done, std::uint64_t total);
  /// Says whether the job was cancelled or taken over: the handler must end.
  bool ShouldStop();

 private:
  JobQueue& queue_;
  ClaimedJob claimed_;
  const OnProgress& on_progress_;
};

/// Does the work of one kind and returns its result as JSON. May run twice (after a crash):
/// what it changes must be one transaction or harmless when repeated.
using JobHandler = std::function<Result<std::string>(JobContext&)>;

struct WorkerOptions {
  std::string owner = "worker";         ///< names the process in leases
  int threads = 1;                      ///< >= 1
  std::chrono::milliseconds poll{500};  ///< how often an idle thread looks for work
  /// Called on the thread of a handler when it tells progress; may be empty.
  JobContext::OnProgress on_progress = {};
};

/// Takes jobs from a queue and runs their handlers. While a handler runs its lease is kept, however
/// long one step of it takes.
/// Owns     its threads; the destructor waits for the running handlers.
/// Threads  Register before Start; the others from one thread.
/// Example  WorkerTest.RunsJobsAndRetriesFailures
class Worker final {
 public:
  Worker(JobQueue& queue, const WorkerOptions& options) : queue_(queue), options_(options) {}
  ~Worker();

  void Register(const std::string& kind, JobHandler handler);
  /// Starts the threads.
  void Start();
  /// Takes no more jobs and waits for the running handlers.
  void Stop();
  /// Runs, on the calling thread, jobs that are due until none is; returns which ran, in order.
  Result<std::vector<JobId>> RunDue();
  /// Runs, on the calling thread, jobs that are due until this one has ended, and waits for its
  /// next attempt after a failure; returns it. Its kind must be registered.
  /// Errors   kJobNotFound, kCancelled after Stop().
  Result<Job> RunToEnd(const JobId& id);

 private:
  void RunForEver(int number);
  Result<std::optional<JobId>> RunNext(const std::string& owner);

  JobQueue& queue_;
  const WorkerOptions options_;
  std::map<std::string, JobHandler> handlers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
};

}  // namespace healix::storage::jobs
