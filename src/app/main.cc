// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <span>
#include <variant>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/console.h"

namespace {

int Run(const healix::app::Arguments& arguments) {
  using namespace healix::app;
  Console console(arguments.style);
  const Context context{console, arguments.home_folder};
  const auto exit_code = std::visit(
      [&](const auto& command) { return RunCommand(context, command); }, arguments.command);
  console.EndProgress();
  if (exit_code) return static_cast<int>(*exit_code);
  console.PrintError(exit_code.error());
  return static_cast<int>(
      exit_code.error().code() == healix::ErrorCode::kUsage ? ExitCode::kUsage : ExitCode::kFailed);
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed =
      healix::app::ParseCommandLine(std::span(argv, static_cast<std::size_t>(argc)));
  if (const auto* answer = std::get_if<healix::app::UsageAnswer>(&parsed)) {
    std::fputs(answer->text.c_str(), answer->exit_code == 0 ? stdout : stderr);
    return answer->exit_code;
  }
  return Run(std::get<healix::app::Arguments>(parsed));
}
