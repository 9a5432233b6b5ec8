// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"
#include "lakehouse/engine_process/engine_worker.h"

namespace healix::app {

Result<ExitCode> RunCommand(const Context&, const EngineWorkerArguments&) {
  if (lakehouse::engine_process::RunEngineWorker() == 0) return ExitCode::kDone;
  return MakeError(ErrorCode::kUsage, "healix starts engine-worker itself");
}

}  // namespace healix::app
