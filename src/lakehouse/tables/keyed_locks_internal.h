// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Locks names: callers with a name in common run one after the other.

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace healix::lakehouse::tables {

/// Hands out locks on sets of names, all at once, so that no two callers can wait for each other.
/// Threads  any.
/// Example  KeyedLocksTest.OneHolderPerName
class KeyedLocks final {
 public:
  /// Holds names until it is destroyed.
  class Held final {
   public:
    Held(KeyedLocks& locks, std::set<std::string> names)
        : locks_(&locks), names_(std::move(names)) {}
    ~Held() {
      if (locks_ != nullptr) locks_->Release(names_);
    }
    Held(Held&& other) noexcept
        : locks_(std::exchange(other.locks_, nullptr)), names_(std::move(other.names_)) {}
    Held& operator=(Held&&) = delete;

   private:
    KeyedLocks* locks_;
    std::set<std::string> names_;
  };

  /// Waits until none of the names is held.
  Held Lock(std::set<std::string> names) {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return IsFree(names); });
    held_.insert(names.begin(), names.end());
    return Held(*this, std::move(names));
  }

 private:
  bool IsFree(const std::set<std::string>& names) const {
    for (const std::string& name : names) {
      if (held_.contains(name)) return false;
    }
    return true;
  }
  void Release(const std::set<std::string>& names) {
    {
      const std::lock_guard lock(mutex_);
      for (const std::string& name : names) held_.erase(name);
    }
    freed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable freed_;
  std::set<std::string> held_;
};

}  // namespace healix::lakehouse::tables
