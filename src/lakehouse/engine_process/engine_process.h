// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs the engine in a child process, which may die without harm to this one.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/engine.h"

namespace healix::lakehouse::engine_process {

class WorkerProcess;

/// Says what to start and how much it may take.
struct EngineProcessOptions {
  engine::EngineOptions engine;
  /// Program and words that call RunEngineWorker().
  std::vector<std::string> command = {"/proc/self/exe", "engine-worker"};
  /// Memory of the process beyond `engine.memory_bytes_max` (which DuckDB keeps itself, for what it
  /// counts) and 16 MiB for each thread: for values under way, code and the batches sent. A process
  /// that wants more is refused it by the operating system.
  std::uint64_t headroom_bytes = std::uint64_t{512} << 20;
  /// How long a process may take to end before it is killed.
  std::chrono::milliseconds stop_wait = std::chrono::seconds(5);

  /// Errors kInvalidArgument.
  Status Validate() const;
};

/// Serves engine::Engine from a process of its own.
/// Owns     the process; the destructor, or that of the last stream, ends it. A process that died
///          (crash, kill, out of memory) fails the calls it was working on with kEngineFailed and
///          is replaced for the next call. Files it was writing may stay behind, named by nobody.
/// Files    the process opens files itself, through base::PosixFileSystem(). Its sync points are
///          passed in this process.
/// Threads  as engine::Engine.
/// Example  EngineProcessTest.AKilledProcessFailsItsCallsAndIsReplaced
class EngineProcess final : public engine::Engine {
 public:
  /// Starts the process. Errors kInvalidArgument, kEngineFailed, and those of opening an engine.
  static Result<std::unique_ptr<EngineProcess>> Create(EngineProcessOptions options);
  ~EngineProcess() override;

  Result<std::unique_ptr<engine::ResultStream>> Query(std::shared_ptr<const engine::Scope> scope,
                                                      std::string_view sql,
                                                      engine::QueryOptions options) override;
  Result<std::vector<engine::ResultColumn>> Describe(std::shared_ptr<const engine::Scope> scope,
                                                     std::string_view sql) override;
  Result<std::vector<engine::WrittenFile>> WriteParquet(
      engine::WriteSource source, const engine::WriteOptions& options) override;
  Result<engine::ParquetInfo> InspectParquet(const std::string& path) override;

  /// Returns the id of the process that serves now, or nothing while there is none.
  std::optional<int> process_id() const;

 private:
  explicit EngineProcess(EngineProcessOptions options);
  Result<std::shared_ptr<WorkerProcess>> Worker();
  void CancelAll();

  const EngineProcessOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<WorkerProcess> worker_;
  std::stop_callback<std::function<void()>> on_stop_;  // last: uses the others
};

}  // namespace healix::lakehouse::engine_process
