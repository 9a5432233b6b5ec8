// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Serves the conversations of a worker: one engine, one thread for each conversation.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "lakehouse/engine/engine.h"
#include "lakehouse/engine_process/link_internal.h"
#include "lakehouse/engine_process/messages_internal.h"

namespace healix::lakehouse::engine_process {

/// Answers what the parent asks.
/// Owns     the engine, from kOpen on.
/// Threads  Take() from the thread that reads; the rest is its own affair.
class StatementDesk final {
 public:
  StatementDesk() = default;
  /// Cancels every query and waits until all conversations are over. The link must be broken.
  ~StatementDesk();
  StatementDesk(const StatementDesk&) = delete;
  StatementDesk& operator=(const StatementDesk&) = delete;

  /// Serves a conversation on a thread of its own; cancels at once. Never waits.
  void Take(std::shared_ptr<Conversation> conversation, Frame first);

 private:
  void Serve(Conversation& conversation, const Frame& first);
  Result<std::string> AnswerTo(Conversation& conversation, const Frame& first);
  Status Open(const std::string& payload);
  Result<std::string> Describe(const std::string& payload);
  Result<std::string> Write(Conversation& conversation, const std::string& payload);
  Result<std::string> Inspect(const std::string& path);
  Result<std::string> Progress(const std::string& payload);
  void ServeQuery(Conversation& conversation, const std::string& payload);
  void Cancel(const std::string& payload);
  Result<engine::Engine*> Engine();

  std::mutex mutex_;
  std::condition_variable served_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::uint32_t, engine::ResultStream*> running_;  // by number of the conversation
  int conversations_ = 0;
  std::stop_source stop_;
};

}  // namespace healix::lakehouse::engine_process
