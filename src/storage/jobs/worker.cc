// SPDX-License-Identifier: Apache-2.0
#include "storage/jobs/worker.h"

#include <optional>
#include <utility>

namespace healix::storage::jobs {

Status JobContext::Heartbeat(std::uint64_t done, std::uint64_t total) {
  return queue_.Heartbeat(claimed_.lease, done, total);
}

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

Result<int> Worker::RunDue() {
  int ran = 0;
  for (;;) {
    HEALIX_TRY(const bool found, RunNext(options_.owner));
    if (!found) return ran;
    ++ran;
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

/// Runs one job; false when none is due. A lease that was lost meanwhile is no failure of ours:
/// whoever has the job now will end it.
Result<bool> Worker::RunNext(const std::string& owner) {
  std::vector<std::string> kinds;
  for (const auto& [kind, handler] : handlers_) kinds.push_back(kind);
  HEALIX_TRY(const std::optional<ClaimedJob> claimed, queue_.Claim(kinds, owner));
  if (!claimed) return false;
  JobContext context(queue_, *claimed);
  const Result<std::string> result = handlers_.at(claimed->job.request.kind)(context);
  const Status ended = result ? queue_.Complete(claimed->lease, *result)
                              : queue_.Fail(claimed->lease, result.error());
  if (!ended && ended.error().code() != ErrorCode::kJobLeaseLost) return ended.error();
  return true;
}

}  // namespace healix::storage::jobs
