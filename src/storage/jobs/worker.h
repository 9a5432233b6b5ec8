// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs the jobs of a queue on threads of its own.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/jobs/job_queue.h"

namespace healix::storage::jobs {

/// What a running job is given.
/// Threads  those of the handler.
class JobContext final {
 public:
  JobContext(JobQueue& queue, const ClaimedJob& claimed) : queue_(queue), claimed_(claimed) {}

  const Job& job() const { return claimed_.job; }
  /// Tells progress and that the job is alive; call at least a few times per lease.
  /// Errors   kJobLeaseLost when the job was cancelled or taken over: the handler must end.
  Status Heartbeat(std::uint64_t done, std::uint64_t total);

 private:
  JobQueue& queue_;
  const ClaimedJob& claimed_;
};

/// Does the work of one kind and returns its result as JSON. May run twice (after a crash):
/// what it changes must be one transaction or harmless when repeated.
using JobHandler = std::function<Result<std::string>(JobContext&)>;

struct WorkerOptions {
  std::string owner = "worker";         ///< names the process in leases
  int threads = 1;                      ///< >= 1
  std::chrono::milliseconds poll{500};  ///< how often an idle thread looks for work
};

/// Takes jobs from a queue and runs their handlers.
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
  /// Runs, on the calling thread, jobs that are due until none is; returns how many ran.
  Result<int> RunDue();

 private:
  void RunForEver(int number);
  Result<bool> RunNext(const std::string& owner);

  JobQueue& queue_;
  const WorkerOptions options_;
  std::map<std::string, JobHandler> handlers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
};

}  // namespace healix::storage::jobs
