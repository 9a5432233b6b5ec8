// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "data_engineering/synthetic/generate.h"

namespace healix::app {

Result<ExitCode> RunCommand(const Context& context, const SynthArguments& arguments) {
  namespace synthetic = data_engineering::synthetic;
  Console& console = context.console;
  const auto progress = [&](std::uint64_t patients_done) {
    console.ShowProgress(fmt::format("{} of {} patients", WithThousands(patients_done),
                                     WithThousands(arguments.patients)));
  };
  HEALIX_TRY(const auto summary, synthetic::Generate(base::PosixFileSystem(),
                                                     {.patients = arguments.patients,
                                                      .seed = arguments.seed,
                                                      .folder = arguments.folder},
                                                     progress));
  console.EndProgress();
  if (console.style() == Style::kJson) {
    console.Print(nlohmann::ordered_json{{"folder", arguments.folder},
                                         {"resources", summary.resources},
                                         {"resource_count", summary.resource_count},
                                         {"bytes", summary.bytes}}
                      .dump());
    return ExitCode::kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [type, count] : summary.resources) rows.push_back({type, WithThousands(count)});
  console.PrintTable({"type", "resources"}, rows);
  console.Print(fmt::format("{} resources, {} in {}", WithThousands(summary.resource_count),
                            BytesText(summary.bytes), arguments.folder));
  return ExitCode::kDone;
}

}  // namespace healix::app
