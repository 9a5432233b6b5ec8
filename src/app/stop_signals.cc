// SPDX-License-Identifier: Apache-2.0
#include "app/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include "app/console.h"

namespace healix::app {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopSignals::StopSignals(Style style) : style_(style) {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  ended_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

std::stop_token StopSignals::Listen() {
  heard_ = true;
  return source_.get_token();
}

void StopSignals::Wait() {
  const sigset_t signals = Signals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0 || ended_) return;
    if (source_.stop_requested()) {
      ::signal(signal, SIG_DFL);
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      ::raise(signal);
    }
    source_.request_stop();
    if (heard_) continue;
    Console(style_).PrintError(MakeError(ErrorCode::kCancelled, "the command was interrupted"));
    ::_exit(static_cast<int>(ExitCode::kFailed));
  }
}

}  // namespace healix::app
