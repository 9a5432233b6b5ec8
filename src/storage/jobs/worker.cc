// SPDX-License-Identifier: Apache-2.0
#include "storage/jobs/worker.h"

#include <utility>

namespace healix::storage::jobs {
namespace {

/// Gives signs of life for a job from a thread of its own, as long as it exists.
class LeaseKeeper final {
 public:
  LeaseKeeper(JobQueue& queue, const JobLease& lease)
      : thread_([this, &queue, &lease] { KeepUntilStopped(queue, lease); }) {}
  ~LeaseKeeper() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    stop_.notify_all();
    thread_.join();
  }
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void KeepUntilStopped(JobQueue& queue, const JobLease& lease) {
    const auto interval = queue.options().lease / 4;
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, interval, [this] { return is_stopping_; })) {
      lock.unlock();
      (void)queue.KeepAlive(lease).has_value();  // the handler asks for itself
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable stop_;
  bool is_stopping_ = false;
  std::thread thread_;  // starts last
};

}  // namespace

Status JobContext::Heartbeat(std::uint64_t done, std::uint64_t total) {
  claimed_.job.progress_done = done;
  claimed_.job.progress_total = total;
  if (on_progress_) on_progress_(claimed_.job);
  return queue_.Heartbeat(claimed_.lease, done, total);
}

bool JobContext::ShouldStop() { return !queue_.KeepAlive(claimed_.lease).has_value(); }

Worker::~Worker() { Stop(); }

void Worker::Register(const std::string& kind, JobHandler handler) {
  HEALIX_CHECK(threads_.empty(), "handlers are registered before the start");
  handlers_[kind] = std::move(handler);
}

void Worker::Start() {
  HEALIX_CHECK(threads_.empty() && options_.threads >= 1, "a worker is started once");
  is_stopping_ = false;
  for (int number = 0; number < options_.threads; ++number) {
    threads_.emplace_back([this, number] { RunForEver(number); });
  }
}

void Worker::Stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stop_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Result<std::vector<JobId>> Worker::RunDue() {
  std::vector<JobId> ran;
  for (;;) {
    HEALIX_TRY(const std::optional<JobId> found, RunNext(options_.owner));
    if (!found) return ran;
    ran.push_back(*found);
  }
}

Result<Job> Worker::RunToEnd(const JobId& id) {
  for (;;) {
    HEALIX_TRY(Job job, queue_.Find(id));
    if (HasEnded(job.state)) return job;
    HEALIX_TRY(const std::optional<JobId> found, RunNext(options_.owner));
    if (found) continue;
    std::unique_lock lock(mutex_);
    if (stop_.wait_for(lock, options_.poll, [&] { return is_stopping_; })) {
      return MakeError(ErrorCode::kCancelled, "the worker was stopped");
    }
  }
}

void Worker::RunForEver(int number) {
  const std::string owner = fmt::format("{}/{}", options_.owner, number);
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    lock.unlock();
    const auto found = RunNext(owner);
    lock.lock();
    // Nothing to do, or a store that fails for now: look again after a while.
    if (!found || !*found) stop_.wait_for(lock, options_.poll, [&] { return is_stopping_; });
  }
}

/// Runs one job; nothing when none is due. A lease that was lost meanwhile is no failure of ours:
/// whoever has the job now will end it.
Result<std::optional<JobId>> Worker::RunNext(const std::string& owner) {
  std::vector<std::string> kinds;
  for (const auto& [kind, handler] : handlers_) kinds.push_back(kind);
  HEALIX_TRY(const std::optional<ClaimedJob> claimed, queue_.Claim(kinds, owner));
  if (!claimed) return std::optional<JobId>();
  JobContext context(queue_, *claimed, options_.on_progress);
  const Result<std::string> result = [&] {
    const LeaseKeeper keeper(queue_, claimed->lease);
    return handlers_.at(claimed->job.request.kind)(context);
  }();
  const Status ended = result ? queue_.Complete(claimed->lease, *result)
                              : queue_.Fail(claimed->lease, result.error());
  if (!ended && ended.error().code() != ErrorCode::kJobLeaseLost) return ended.error();
  return std::optional(claimed->job.id);
}

}  // namespace healix::storage::jobs
