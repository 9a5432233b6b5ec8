// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Describes a job: work that runs in the background and survives a crash.

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids/strong_id.h"
#include "base/result/error_code.h"
#include "base/time/clock.h"
#include "storage/records/attribution.h"

namespace healix::storage::jobs {

using JobId = base::StrongId<struct JobIdTag>;  ///< a UUID of version 7 as text

enum class JobState : std::uint8_t {
  kQueued,     ///< waits for `run_after` and a worker
  kRunning,    ///< leased; queued again when the lease ends
  kDone,       ///< finished
  kDead,       ///< failed for good: not retryable, or tried too often
  kCancelled,  ///< somebody did not want it any more
};

/// Returns `queued`, `running`, `done`, `dead`, `cancelled`.
std::string_view Name(JobState state);

/// Says whether nothing will happen to the job any more.
constexpr bool HasEnded(JobState state) {
  return state != JobState::kQueued && state != JobState::kRunning;
}

/// What is asked for.
struct JobRequest {
  std::string kind = {};              ///< `tables.compact`; a handler is registered for it
  std::string arguments_json = "{}";  ///< no value from inside a record
  /// While a job with this key is queued or running, no second one is made; empty: no such rule.
  std::string unique_key = {};
  int priority = 0;  ///< greater runs first
  base::Timestamp run_after = {};
  int attempts_max = 5;  ///< >= 1
  records::Attribution attribution = {};
};

/// A job as it stands in the queue.
struct Job {
  JobId id;
  JobRequest request;
  JobState state = JobState::kQueued;
  int attempts = 0;  ///< how often it was started
  base::Timestamp created_at;
  std::optional<base::Timestamp> finished_at;
  std::uint64_t progress_done = 0;
  std::uint64_t progress_total = 0;     ///< 0: not known
  std::string result_json = {};         ///< of a done job
  std::optional<ErrorCode> error_code;  ///< of the last failed attempt
  std::string error_message = {};       ///< holds no personal data, like every Error
};

/// The right to run a job until a point in time. The number grows with each attempt, so an old
/// holder can't finish what another has taken over.
struct JobLease {
  JobId job;
  int attempt = 0;
  std::string owner;
};

}  // namespace healix::storage::jobs
