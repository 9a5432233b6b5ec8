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
};

Result<Arguments> ParseArguments(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  const bool is_valid = parsed.is_object() && parsed.value("table", nlohmann::json()).is_string() &&
                        parsed.value("expire_after_hours", nlohmann::json(0)).is_number_integer();
  if (!is_valid) {
    return MakeError(ErrorCode::kInvalidArgument, "the arguments of an upkeep job are damaged");
  }
  Arguments arguments;
  HEALIX_TRY(arguments.table, ParseTableName(parsed["table"].get<std::string>()));
  arguments.expire_after = std::chrono::hours(parsed.value("expire_after_hours", 0));
  return arguments;
}

/// Passes progress on and learns from the queue whether to stop.
TaskControl ControlBy(JobContext& context) {
  TaskControl control;
  control.on_progress = [&context](double share) {
    (void)context.Heartbeat(static_cast<std::uint64_t>(share * kProgressSteps), kProgressSteps)
        .has_value();  // a lost lease is seen by should_stop
  };
  control.should_stop = [&context] { return !context.Heartbeat(0, 0).has_value(); };
  return control;
}

std::string ReportOf(const CompactReport& report) {
  return nlohmann::json{{"files_before", report.files_before},
                        {"files_after", report.files_after},
                        {"bytes_rewritten", report.bytes_rewritten}}
      .dump();
}

std::string ReportOf(const RemovalReport& report) {
  return nlohmann::json{{"snapshots_expired", report.snapshots_expired},
                        {"files_removed", report.files_removed},
                        {"bytes_removed", report.bytes_removed}}
      .dump();
}

template <typename Report>
Result<std::string> Told(const Result<Report>& report) {
  if (!report) return report.error();
  return ReportOf(*report);
}

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
  const bool has_table = request.task != MaintenanceTask::kPurgeDropped;
  JobRequest job;
  job.kind = JobKindOf(request.task);
  job.priority = kLowPriority;
  job.unique_key = job.kind + (has_table ? ":" + ToString(request.table) : "");
  if (has_table) {
    job.arguments_json = nlohmann::json{{"table", ToString(request.table)},
                                        {"expire_after_hours", request.expire_after.count()}}
                             .dump();
  }
  return job;
}

void RegisterMaintenance(storage::jobs::Worker& worker, Maintenance& maintenance,
                         const base::Clock& clock) {
  worker.Register(JobKindOf(MaintenanceTask::kCompact),
                  [&maintenance](JobContext& context) -> Result<std::string> {
                    HEALIX_TRY(const auto arguments,
                               ParseArguments(context.job().request.arguments_json));
                    return Told(maintenance.Compact(arguments.table, ControlBy(context)));
                  });
  worker.Register(JobKindOf(MaintenanceTask::kExpire),
                  [&maintenance, &clock](JobContext& context) -> Result<std::string> {
                    HEALIX_TRY(const auto arguments,
                               ParseArguments(context.job().request.arguments_json));
                    const ExpireOptions options{clock.Now() - arguments.expire_after, 1};
                    return Told(maintenance.Expire(arguments.table, options, ControlBy(context)));
                  });
  worker.Register(JobKindOf(MaintenanceTask::kRemoveOrphans),
                  [&maintenance](JobContext& context) -> Result<std::string> {
                    HEALIX_TRY(const auto arguments,
                               ParseArguments(context.job().request.arguments_json));
                    return Told(maintenance.RemoveOrphans(arguments.table, ControlBy(context)));
                  });
  worker.Register(JobKindOf(MaintenanceTask::kPurgeDropped),
                  [&maintenance](JobContext& context) -> Result<std::string> {
                    return Told(maintenance.PurgeDropped(ControlBy(context)));
                  });
}

}  // namespace healix::lakehouse::tables
