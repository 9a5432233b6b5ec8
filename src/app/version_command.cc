// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

namespace healix::app {

std::string ProgramName() { return "healix " HEALIX_VERSION; }

Result<ExitCode> RunCommand(const Context& context, const VersionArguments&) {
  if (context.console.style() == Style::kJson) {
    context.console.Print(R"({"program":"healix","version":")" HEALIX_VERSION R"("})");
  } else {
    context.console.Print(ProgramName());
  }
  return ExitCode::kDone;
}

}  // namespace healix::app
