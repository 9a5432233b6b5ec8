// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>

#include <span>
#include <variant>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/console.h"
#include "app/stop_signals.h"
#include "base/io/standard_streams.h"

namespace {

using namespace healix::app;

/// Batches of some MiB come and go all the time, in pieces. Pieces on the heap leave holes behind
/// that never go back: an ingest of 2 GiB peaked at 207 MiB with 4 MiB as the bound of pieces that
/// are mapped on their own, at 176 with 256 KiB, and took 6 % more processor time.
void KeepMemoryFlat() {
#if defined(__GLIBC__)
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
}

/// Makes the process one in which nothing leaks and each failure is an error that can be told.
void PrepareProcess() {
  ::umask(077);                // also for what DuckDB spills
  ::signal(SIGXFSZ, SIG_IGN);  // a write over the limit of the file size fails instead
  healix::base::HoldStandardStreams();
  KeepMemoryFlat();
}

int Fail(Console& console, const healix::Error& error) {
  console.PrintError(error);
  return static_cast<int>(error.code() == healix::ErrorCode::kUsage ? ExitCode::kUsage
                                                                    : ExitCode::kFailed);
}

int Run(const Arguments& arguments) {
  Console console(arguments.style);
  StopSignals stop(arguments.style);
  const Context context{console, arguments.home_folder, stop};
  const auto exit_code = std::visit(
      [&](const auto& command) { return RunCommand(context, command); }, arguments.command);
  console.EndProgress();
  if (!exit_code) return Fail(console, exit_code.error());
  if (const auto written = console.output(); !written) return Fail(console, written.error());
  return static_cast<int>(*exit_code);
}

int Print(const HelpText& help) {
  Console console(Style::kText);
  console.Print(help.text);
  const auto written = console.output();
  return written ? static_cast<int>(ExitCode::kDone) : Fail(console, written.error());
}

int Refuse(const UsageError& refused) {
  Console console(refused.style);
  return Fail(console, refused.error);
}

}  // namespace

int main(int argc, char** argv) {
  PrepareProcess();
  const auto parsed = ParseCommandLine(std::span(argv, static_cast<std::size_t>(argc)));
  if (const auto* help = std::get_if<HelpText>(&parsed)) return Print(*help);
  if (const auto* refused = std::get_if<UsageError>(&parsed)) return Refuse(*refused);
  return Run(std::get<Arguments>(parsed));
}
