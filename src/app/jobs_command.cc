// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "app/upkeep.h"
#include "base/time/instant.h"

namespace healix::app {
namespace {

namespace jobs = storage::jobs;
using Json = nlohmann::ordered_json;

constexpr std::size_t kJobsShown = 1000;

Json ToJson(const jobs::Job& job) {
  Json json = {{"id", job.id.value()},
               {"kind", job.request.kind},
               {"arguments", Json::parse(job.request.arguments_json, nullptr, false)},
               {"state", std::string(jobs::Name(job.state))},
               {"attempts", job.attempts},
               {"attempts_max", job.request.attempts_max},
               {"created_at", base::FormatInstant(job.created_at)},
               {"progress_done", job.progress_done},
               {"progress_total", job.progress_total}};
  json["finished_at"] = job.finished_at ? Json(base::FormatInstant(*job.finished_at)) : Json();
  json["error"] = job.error_code ? Json(std::string(Name(*job.error_code))) : Json();
  return json;
}

/// `45 %`, or nothing while nothing is known.
std::string ProgressText(const jobs::Job& job) {
  if (job.state == jobs::JobState::kDone) return "100 %";
  if (job.progress_total == 0) return "";
  return fmt::format("{} %", job.progress_done * 100 / job.progress_total);
}

/// The table a job works on, or nothing.
std::string TableText(const jobs::Job& job) {
  const Json arguments = Json::parse(job.request.arguments_json, nullptr, false);
  return arguments.is_object() ? arguments.value("table", "") : "";
}

void Print(Console& console, const std::vector<jobs::Job>& list) {
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const jobs::Job& job : list) {
    array.push_back(ToJson(job));
    rows.push_back({job.id.value(), job.request.kind, TableText(job),
                    std::string(jobs::Name(job.state)), ProgressText(job),
                    fmt::format("{}", job.attempts), base::FormatInstant(job.created_at),
                    job.error_code ? std::string(Name(*job.error_code)) : ""});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable(
        {"job", "kind", "table", "state", "progress", "attempts", "created", "error"}, rows);
  }
}

Result<ExitCode> List(Console& console, const Stack& stack) {
  HEALIX_TRY(const auto list, stack.jobs().List({.state = {}, .limit = kJobsShown}));
  Print(console, list);
  return ExitCode::kDone;
}

/// Fails when one of the jobs failed for good or is to be tried again later.
Result<ExitCode> Run(Console& console, const Stack& stack) {
  HEALIX_TRY(const auto ran, Upkeep(stack, console).RunDue());
  console.EndProgress();
  Print(console, ran);
  const bool all_ended_well = std::all_of(ran.begin(), ran.end(), [](const jobs::Job& job) {
    return job.state == jobs::JobState::kDone || job.state == jobs::JobState::kCancelled;
  });
  return all_ended_well ? ExitCode::kDone : ExitCode::kFailed;
}

Result<ExitCode> Cancel(Console& console, const Stack& stack, const std::string& id) {
  HEALIX_RETURN_IF_ERROR(stack.jobs().Cancel(jobs::JobId(id)));
  if (console.style() == Style::kJson) {
    console.Print(Json{{"cancelled", id}}.dump());
  } else {
    console.Print("cancelled " + id);
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const JobsArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  switch (arguments.action) {
    case JobsArguments::Action::kList:
      return List(context.console, *stack);
    case JobsArguments::Action::kRun:
      return Run(context.console, *stack);
    case JobsArguments::Action::kCancel:
      return Cancel(context.console, *stack, arguments.id);
  }
  HEALIX_CHECK(false, "an action outside the enum");
}

}  // namespace healix::app
