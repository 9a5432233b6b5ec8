// SPDX-License-Identifier: Apache-2.0
#include "base/io/sync_points.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <string>

namespace healix::base {
namespace {

/// What the environment armed; read once.
class ArmedPoint final {
 public:
  ArmedPoint() {
    if (const char* spec = std::getenv("HEALIX_KILL_AT")) {
      const std::string_view text = spec;
      const std::size_t colon = text.rfind(':');
      if (colon != std::string_view::npos) {
        name_ = text.substr(0, colon);
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), remaining_);
      }
    }
    if (const char* path = std::getenv("HEALIX_SYNC_LOG")) {
      log_ = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
  }
  bool armed() const { return !name_.empty() || log_ >= 0; }

  void Pass(std::string_view name) {
    const std::lock_guard lock(mutex_);
    if (log_ >= 0) {
      const std::string line = std::string(name) + "\n";
      if (::write(log_, line.data(), line.size()) < 0) log_ = -1;
    }
    if (name_.empty() || (name_ != "*" && name_ != name)) return;
    if (remaining_ > 0 && --remaining_ == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  std::mutex mutex_;
  std::string name_;
  std::int64_t remaining_ = 0;
  int log_ = -1;
};

struct Hook {
  std::atomic<SyncPointHook> call{nullptr};
  std::atomic<void*> context{nullptr};
};

Hook& InstalledHook() {
  static Hook hook;
  return hook;
}

}  // namespace

void SyncPoint(std::string_view name) {
  static ArmedPoint environment;
  if (environment.armed()) [[unlikely]]
    environment.Pass(name);
  Hook& hook = InstalledHook();
  if (const SyncPointHook call = hook.call.load(std::memory_order_acquire)) [[unlikely]] {
    call(name, hook.context.load(std::memory_order_acquire));
  }
}

void SetSyncPointHook(SyncPointHook hook, void* context) {
  InstalledHook().context.store(context, std::memory_order_release);
  InstalledHook().call.store(hook, std::memory_order_release);
}

}  // namespace healix::base
