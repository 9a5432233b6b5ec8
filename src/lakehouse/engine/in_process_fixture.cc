// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {

Result<std::unique_ptr<Engine>> OpenTestEngine(base::FileSystem& files, EngineOptions options) {
  return Engine::Create(files, std::move(options));
}

}  // namespace healix::lakehouse::engine
