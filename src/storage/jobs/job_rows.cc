// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "storage/jobs/job_rows_internal.h"

namespace healix::storage::jobs {
namespace {

constexpr records::Migration kSteps[] = {{1, "create_jobs", R"(
CREATE TABLE job (
  id {text} PRIMARY KEY, kind {text} NOT NULL, arguments {text} NOT NULL, unique_key {text},
  priority {int} NOT NULL, run_after {int} NOT NULL, attempts_max {int} NOT NULL,
  principal {text} NOT NULL, organisation {text} NOT NULL, use_case {text} NOT NULL,
  purpose {text} NOT NULL,
  state {text} NOT NULL, attempts {int} NOT NULL, created_at {int} NOT NULL, finished_at {int},
  progress_done {int} NOT NULL, progress_total {int} NOT NULL, result {text} NOT NULL,
  error_code {text} NOT NULL, error_message {text} NOT NULL,
  owner {text} NOT NULL, lease_until {int} NOT NULL, cancel_asked {int} NOT NULL
) {rows};
CREATE UNIQUE INDEX job_open_key ON job (unique_key)
  WHERE unique_key IS NOT NULL AND state IN ('queued', 'running');
CREATE INDEX job_waiting ON job (state, kind, run_after);
)"}};

struct NamedState {
  JobState state;
  std::string_view name;
};

constexpr std::array kStates = {
    NamedState{JobState::kQueued, "queued"}, NamedState{JobState::kRunning, "running"},
    NamedState{JobState::kDone, "done"}, NamedState{JobState::kDead, "dead"},
    NamedState{JobState::kCancelled, "cancelled"}};

Result<JobState> StateOf(std::string_view name) {
  for (const NamedState& known : kStates) {
    if (known.name == name) return known.state;
  }
  return MakeError(ErrorCode::kRecordsDamaged, "a job is in a state that does not exist");
}

/// Every error code by its number; the registry has gaps, names don't change.
std::optional<ErrorCode> CodeOf(std::string_view name) {
  constexpr ErrorCode kCodes[] = {
#define HEALIX_ERROR(constant, ...) ErrorCode::constant,
#include "healix/error_codes.inc"
#undef HEALIX_ERROR
  };
  for (const ErrorCode code : kCodes) {
    if (healix::Name(code) == name) return code;
  }
  return std::nullopt;
}

}  // namespace

std::string_view Name(JobState state) {
  for (const NamedState& known : kStates) {
    if (known.state == state) return known.name;
  }
  return "";
}

records::MigrationPlan JobMigrations() { return {"jobs", kSteps}; }

std::string_view JobColumns() {
  return "id, kind, arguments, unique_key, priority, run_after, attempts_max, principal, "
         "organisation, use_case, purpose, state, attempts, created_at, finished_at, "
         "progress_done, progress_total, result, error_code, error_message";
}

Result<Job> JobOf(const records::Row& row) {
  HEALIX_TRY(const JobState state, StateOf(row.Text(11)));
  Job job;
  job.id = JobId(row.Text(0));
  job.request.kind = row.Text(1);
  job.request.arguments_json = row.Text(2);
  if (!row.IsNull(3)) job.request.unique_key = row.Text(3);
  job.request.priority = static_cast<int>(row.Int(4));
  job.request.run_after = base::FromMicros(row.Int(5));
  job.request.attempts_max = static_cast<int>(row.Int(6));
  job.request.attribution = {row.Text(7), row.Text(8), row.Text(9), row.Text(10)};
  job.state = state;
  job.attempts = static_cast<int>(row.Int(12));
  job.created_at = base::FromMicros(row.Int(13));
  if (!row.IsNull(14)) job.finished_at = base::FromMicros(row.Int(14));
  job.progress_done = static_cast<std::uint64_t>(row.Int(15));
  job.progress_total = static_cast<std::uint64_t>(row.Int(16));
  job.result_json = row.Text(17);
  job.error_code = CodeOf(row.Text(18));
  job.error_message = row.Text(19);
  return job;
}

}  // namespace healix::storage::jobs
