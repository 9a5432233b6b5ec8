// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets tests start the worker program that lies beside them.

#include <filesystem>
#include <string>
#include <utility>

#include "lakehouse/engine_process/engine_process.h"

namespace healix::lakehouse::engine_process {

inline std::string WorkerProgram() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path() / "healix_engine_test_worker").string();
}

inline EngineProcessOptions WorkerOptions(engine::EngineOptions engine) {
  EngineProcessOptions options;
  options.engine = std::move(engine);
  options.command = {WorkerProgram()};
  return options;
}

}  // namespace healix::lakehouse::engine_process
