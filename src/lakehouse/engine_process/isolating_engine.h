// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs most statements in this process, and those that need it in a process of their own.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lakehouse/engine_process/engine_process.h"

namespace healix::lakehouse::engine_process {

/// Serves engine::Engine from this process, but statements whose scope asks for a process of its
/// own (engine::Isolation) from a child process, which starts with the first of them. Owns both.
/// Each has the limits of its options for itself; the headroom of the child is at most
///          its memory limit and 128 MiB.
/// Files    the child opens files itself, through base::PosixFileSystem().
/// Threads  as engine::Engine.
/// Errors   as engine::Engine.
/// Example  IsolatingEngineTest.OnlyWhatAsksForItRunsInAProcessOfItsOwn
class IsolatingEngine final : public engine::Engine {
 public:
  /// Opens the engine of this process. `files` must outlive it. Errors kInvalidArgument.
  static Result<std::unique_ptr<IsolatingEngine>> Create(base::FileSystem& files,
                                                         EngineProcessOptions options);

  Result<std::unique_ptr<engine::ResultStream>> Query(std::shared_ptr<const engine::Scope> scope,
                                                      std::string_view sql,
                                                      engine::QueryOptions options) override;
  Result<std::vector<engine::ResultColumn>> Describe(std::shared_ptr<const engine::Scope> scope,
                                                     std::string_view sql) override;
  Result<std::vector<engine::WrittenFile>> WriteParquet(
      engine::WriteSource source, const engine::WriteOptions& options) override;
  Result<engine::ParquetInfo> InspectParquet(const std::string& path) override;

  /// Returns the id of the child process, or nothing while there is none.
  std::optional<int> child_process_id() const;

 private:
  explicit IsolatingEngine(EngineProcessOptions options) : options_(std::move(options)) {}
  Result<engine::Engine*> For(const engine::Scope* scope);

  const EngineProcessOptions options_;
  std::unique_ptr<engine::Engine> here_;
  mutable std::mutex mutex_;
  std::unique_ptr<EngineProcess> child_;  ///< made once, under the mutex
};

}  // namespace healix::lakehouse::engine_process
