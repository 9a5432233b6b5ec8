// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "lakehouse/engine_process/engine_worker.h"

namespace healix::app {

Result<ExitCode> RunCommand(const Context& context, const EngineWorkerArguments&) {
  // Ctrl-C reaches this process too; what becomes of its work is the parent's decision.
  static_cast<void>(context.stop.Listen());
  if (lakehouse::engine_process::RunEngineWorker() == 0) return ExitCode::kDone;
  return MakeError(ErrorCode::kUsage, "healix starts engine-worker itself");
}

}  // namespace healix::app
