// SPDX-License-Identifier: Apache-2.0
#include "app/upkeep.h"

namespace healix::app {
namespace {

namespace jobs = storage::jobs;
namespace tables = lakehouse::tables;
using tables::MaintenanceTask;
using trust::journal::ActKind;

constexpr std::chrono::milliseconds kPoll{50};  // between the attempts of a failing job

ActKind ActOf(MaintenanceTask task) {
  switch (task) {
    case MaintenanceTask::kCompact:
      return ActKind::kTableCompact;
    case MaintenanceTask::kExpire:
      return ActKind::kTableExpire;
    case MaintenanceTask::kRemoveOrphans:
      return ActKind::kTableRemoveOrphans;
    case MaintenanceTask::kPurgeDropped:
      break;
  }
  return ActKind::kTablePurge;
}

void LogEnd(base::Log& log, const jobs::Job& job) {
  log.Info("job.ended", {{"job", SafeName(job.id.value())},
                         {"kind", SafeName(job.request.kind)},
                         {"state", SafeName(jobs::Name(job.state))},
                         {"attempts", job.attempts}});
}

jobs::WorkerOptions OptionsFor(Console& console) {
  jobs::WorkerOptions options;
  options.owner = "healix";
  options.poll = kPoll;
  options.on_progress = [&console](const jobs::Job& job) {
    if (!console.interactive() || job.progress_total == 0) return;
    console.ShowProgress(
        fmt::format("{} {} %", job.request.kind, job.progress_done * 100 / job.progress_total));
  };
  return options;
}

}  // namespace

Upkeep::Upkeep(const Stack& stack, Console& console)
    : stack_(stack), worker_(stack.jobs(), OptionsFor(console)) {
  tables::RegisterMaintenance(
      worker_, {stack.maintenance(), stack.clock(),
                [&stack](MaintenanceTask task) { return stack.ActInTransaction(ActOf(task)); }});
}

Result<jobs::Job> Upkeep::Run(tables::MaintenanceRequest request) {
  HEALIX_RETURN_IF_ERROR(ForgetOldJobs());
  if (request.task != MaintenanceTask::kPurgeDropped) {
    // A wrong name is told at once and leaves no dead job behind.
    if (const auto table = stack_.warehouse().Load(request.table); !table) return table.error();
  }
  request.attempts_max = static_cast<int>(stack_.settings().Get(base::setting::kJobsAttemptsMax));
  HEALIX_TRY(const jobs::JobId id, stack_.jobs().Enqueue(tables::JobFor(request)));
  HEALIX_TRY(jobs::Job job, worker_.RunToEnd(id));
  LogEnd(stack_.log(), job);
  if (job.state == jobs::JobState::kDone) return job;
  return MakeError(job.state == jobs::JobState::kCancelled
                       ? ErrorCode::kCancelled
                       : job.error_code.value_or(ErrorCode::kInternal),
                   "{} attempts of the job {}: {}", job.attempts, SafeName(id.value()),
                   SafeReason(job.error_message));
}

Result<std::vector<jobs::Job>> Upkeep::RunDue() {
  HEALIX_RETURN_IF_ERROR(ForgetOldJobs());
  HEALIX_TRY(const std::vector<jobs::JobId> ran, worker_.RunDue());
  std::vector<jobs::Job> ended;
  for (const jobs::JobId& id : ran) {
    HEALIX_TRY(jobs::Job job, stack_.jobs().Find(id));
    LogEnd(stack_.log(), job);
    ended.push_back(std::move(job));
  }
  return ended;
}

Status Upkeep::ForgetOldJobs() {
  const auto retention = stack_.settings().Get(base::setting::kJobsRetentionHours);
  const auto removed = stack_.jobs().RemoveFinished(stack_.clock().Now() - retention);
  return removed ? Status() : Status(removed.error());
}

}  // namespace healix::app
