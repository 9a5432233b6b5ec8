// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs the commands: opens what each needs, calls one service, prints the answer.

#include <string>

#include "app/arguments.h"
#include "app/console.h"
#include "app/stop_signals.h"
#include "base/result/result.h"

namespace healix::app {

/// What every command gets beside its own arguments.
struct Context {
  Console& console;
  std::string home_folder;
  StopSignals& stop;
};

Result<ExitCode> RunCommand(const Context& context, const VersionArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const InitArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const IngestArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const SqlArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const TableArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const QuarantineArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const ReceiptArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const TraceArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const SynthArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const JobsArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const DoctorArguments& arguments);
Result<ExitCode> RunCommand(const Context& context, const EngineWorkerArguments& arguments);

/// `healix 0.1.0`, as it stands in receipts and metadata.
std::string ProgramName();

}  // namespace healix::app
