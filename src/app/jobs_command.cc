// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "base/time/instant.h"

namespace healix::app {
namespace {

namespace jobs = storage::jobs;
using Json = nlohmann::ordered_json;

Json ToJson(const jobs::Job& job) {
  Json json = {{"id", job.id.value()},
               {"kind", job.request.kind},
               {"state", std::string(jobs::Name(job.state))},
               {"attempts", job.attempts},
               {"created_at", base::FormatInstant(job.created_at)},
               {"progress_done", job.progress_done},
               {"progress_total", job.progress_total}};
  json["finished_at"] = job.finished_at ? Json(base::FormatInstant(*job.finished_at)) : Json();
  json["error"] = job.error_code ? Json(std::string(Name(*job.error_code))) : Json();
  return json;
}

Result<ExitCode> List(Console& console, jobs::JobQueue& queue) {
  constexpr std::size_t kJobsShown = 1000;
  HEALIX_TRY(const auto list, queue.List({.state = {}, .limit = kJobsShown}));
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const jobs::Job& job : list) {
    array.push_back(ToJson(job));
    rows.push_back({job.id.value(), job.request.kind, std::string(jobs::Name(job.state)),
                    fmt::format("{}", job.attempts), base::FormatInstant(job.created_at),
                    job.error_code ? std::string(Name(*job.error_code)) : ""});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable({"job", "kind", "state", "attempts", "created", "error"}, rows);
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const JobsArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  if (arguments.action == JobsArguments::Action::kList) {
    return List(context.console, stack->jobs());
  }
  HEALIX_RETURN_IF_ERROR(stack->jobs().Cancel(jobs::JobId(arguments.id)));
  if (context.console.style() == Style::kJson) {
    context.console.Print(Json{{"cancelled", arguments.id}}.dump());
  } else {
    context.console.Print("cancelled " + arguments.id);
  }
  return ExitCode::kDone;
}

}  // namespace healix::app
