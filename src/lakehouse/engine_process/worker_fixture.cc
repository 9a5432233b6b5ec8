// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/engine_fixture.h"
#include "lakehouse/engine_process/worker_testing.h"

namespace healix::lakehouse::engine {

Result<std::unique_ptr<Engine>> OpenTestEngine(base::FileSystem&, EngineOptions options) {
  HEALIX_TRY(auto opened, engine_process::EngineProcess::Create(
                              engine_process::WorkerOptions(std::move(options))));
  return std::unique_ptr<Engine>(std::move(opened));
}

}  // namespace healix::lakehouse::engine
