// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/maintenance_jobs.h"

#include <nlohmann/json.hpp>

namespace healix::lakehouse::tables {
namespace {

using storage::jobs::JobContext;
using storage::jobs::JobRequest;

constexpr int kLowPriority = -10;
constexpr std::uint64_t kProgressSteps = 1000;

/// What stands in the arguments of a job.
struct Arguments {
  TableName table;
  std::chrono::hours expire_after{0};
  int keep_last = 1;
};

Result<Arguments> ParseArguments(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  const bool is_valid = parsed.is_object() && parsed.value("table", nlohmann::json()).is_string() &&
                        parsed.value("expire_after_hours", nlohmann::json(0)).is_number_integer() &&
                        parsed.value("keep_last", nlohmann::json(1)).is_number_integer();
  if (!is_valid) {
    return MakeError(ErrorCode::kInvalidArgument, "the arguments of an upkeep job are damaged");
  }
  Arguments arguments;
  HEALIX_TRY(arguments.table, ParseTableName(parsed["table"].get<std::string>()));
  arguments.expire_after = std::chrono::hours(parsed.value("expire_after_hours", 0));
  arguments.keep_last = parsed.value("keep_last", 1);
  return arguments;
}

nlohmann::json ArgumentsOf(const MaintenanceRequest& request) {
  if (request.task == MaintenanceTask::kPurgeDropped) return nlohmann::json::object();
  nlohmann::json arguments = {{"table", ToString(request.table)}};
  if (request.task == MaintenanceTask::kExpire) {
    arguments["expire_after_hours"] = request.expire_after.count();
    arguments["keep_last"] = request.keep_last;
  }
  return arguments;
}

std::string ReportOf(const CompactReport& report) {
  return nlohmann::json{{"files_before", report.files_before},
                        {"files_after", report.files_after},
                        {"delete_files_removed", report.delete_files_removed},
                        {"bytes_rewritten", report.bytes_rewritten}}
      .dump();
}

std::string ReportOf(const RemovalReport& report) {
  return nlohmann::json{{"tables_purged", report.tables_purged},
                        {"snapshots_expired", report.snapshots_expired},
                        {"files_removed", report.files_removed},
                        {"bytes_removed", report.bytes_removed}}
      .dump();
}

template <typename Report>
Result<std::string> Told(const Result<Report>& report) {
  if (!report) return report.error();
  return ReportOf(*report);
}

/// Runs one kind of task for the jobs that ask for it.
class Handler final {
 public:
  Handler(MaintenanceTask task, const MaintenanceJobParts& parts) : task_(task), parts_(parts) {}

  Result<std::string> operator()(JobContext& context) const {
    const TaskControl control = ControlBy(context);
    if (task_ == MaintenanceTask::kPurgeDropped) {
      return Told(parts_.maintenance.PurgeDropped(control));
    }
    HEALIX_TRY(const auto arguments, ParseArguments(context.job().request.arguments_json));
    if (task_ == MaintenanceTask::kCompact) {
      return Told(parts_.maintenance.Compact(arguments.table, control));
    }
    if (task_ == MaintenanceTask::kRemoveOrphans) {
      return Told(parts_.maintenance.RemoveOrphans(arguments.table, control));
    }
    const ExpireOptions options{parts_.clock.Now() - arguments.expire_after, arguments.keep_last};
    return Told(parts_.maintenance.Expire(arguments.table, options, control));
  }

 private:
  /// Passes progress on and learns from the queue whether to stop.
  TaskControl ControlBy(JobContext& context) const {
    TaskControl control;
    control.on_progress = [&context](double share) {
      (void)context.Heartbeat(static_cast<std::uint64_t>(share * kProgressSteps), kProgressSteps)
          .has_value();  // a lost lease is seen by should_stop
    };
    control.should_stop = [&context] { return context.ShouldStop(); };
    if (parts_.act_of) control.in_transaction = parts_.act_of(task_);
    return control;
  }

  MaintenanceTask task_;
  MaintenanceJobParts parts_;
};

}  // namespace

std::string JobKindOf(MaintenanceTask task) {
  switch (task) {
    case MaintenanceTask::kCompact:
      return "tables.compact";
    case MaintenanceTask::kExpire:
      return "tables.expire";
    case MaintenanceTask::kRemoveOrphans:
      return "tables.remove_orphans";
    case MaintenanceTask::kPurgeDropped:
      break;
  }
  return "tables.purge_dropped";
}

JobRequest JobFor(const MaintenanceRequest& request) {
  JobRequest job;
  job.kind = JobKindOf(request.task);
  job.arguments_json = ArgumentsOf(request).dump();
  job.unique_key = job.kind + job.arguments_json;
  job.priority = kLowPriority;
  job.attempts_max = request.attempts_max;
  return job;
}

void RegisterMaintenance(storage::jobs::Worker& worker, const MaintenanceJobParts& parts) {
  for (const auto task : {MaintenanceTask::kCompact, MaintenanceTask::kExpire,
                          MaintenanceTask::kRemoveOrphans, MaintenanceTask::kPurgeDropped}) {
    worker.Register(JobKindOf(task), Handler(task, parts));
  }
}

}  // namespace healix::lakehouse::tables
