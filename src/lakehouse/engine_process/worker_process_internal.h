// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Starts, watches and ends one worker process.

#include <sys/types.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result/result.h"
#include "lakehouse/engine_process/engine_process.h"
#include "lakehouse/engine_process/link_internal.h"
#include "lakehouse/engine_process/messages_internal.h"

namespace healix::lakehouse::engine_process {

/// Holds one worker process and the link to it. A thread of its own starts the process, reads from
/// it and reaps it: a process asks to die with the *thread* that started it.
/// Threads  any.
class WorkerProcess final {
 public:
  /// Starts a process and opens its engine. Errors kEngineFailed, and those of opening an engine.
  static Result<std::shared_ptr<WorkerProcess>> Start(const EngineProcessOptions& options);
  /// Lets the process end by itself for `stop_wait`, then kills it.
  ~WorkerProcess();

  std::shared_ptr<Conversation> Begin() { return link_->Begin(); }
  /// Reads an answer; a process that answers with damaged bytes is killed.
  template <typename T>
  Result<T> Read(const std::string& answer) {
    auto value = Decode<T>(answer);
    if (!value) Kill();
    return value;
  }
  /// Kills a process that does not keep to the protocol.
  void Kill();
  bool has_ended() const;
  pid_t process_id() const { return process_id_; }

 private:
  explicit WorkerProcess(const EngineProcessOptions& options) : options_(options) {}
  void Supervise(std::promise<Status> started);
  Status Spawn();
  Error Reap();
  Status OpenEngine();

  const EngineProcessOptions options_;
  std::unique_ptr<Link> link_;
  pid_t process_id_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool stopping_ = false;
  bool reaped_ = false;  // process_id_ may be another's
  bool ended_ = false;
  std::thread supervisor_;  // last: uses the others
};

}  // namespace healix::lakehouse::engine_process
