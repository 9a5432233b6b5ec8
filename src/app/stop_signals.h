// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns SIGINT and SIGTERM into a wish to stop.

#include <atomic>
#include <stop_token>
#include <thread>

#include "app/arguments.h"

namespace healix::app {

/// Waits for the signals in a thread of its own. The first asks the command that Listens() to stop;
/// a command that does not listen is ended at once as kCancelled with exit code 1 (a home stands
/// that as it stands a crash). The second signal kills, as if there were no handler.
/// Threads  make one in main(), before any other thread; children inherit that signals wait.
class StopSignals final {
 public:
  explicit StopSignals(Style style);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Promises that the caller stops soon after the token says so, cleans up and answers kCancelled.
  std::stop_token Listen();

 private:
  void Wait();

  Style style_;
  std::stop_source source_;
  std::atomic<bool> heard_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace healix::app
