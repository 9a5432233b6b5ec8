// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Remembers the planned files of the snapshots that were read last.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "lakehouse/engine/scope.h"
#include "lakehouse/iceberg/scan.h"

namespace healix::lakehouse::tables {

/// Names what a plan was made of: a snapshot never changes, the schema it is read with may.
struct ScanKey {
  std::string table_uuid;
  std::int64_t snapshot_id = 0;
  std::int32_t schema_id = 0;
  bool operator==(const ScanKey&) const = default;
};

/// A plan in the words of iceberg and of the engine.
struct PlannedScan {
  std::shared_ptr<const iceberg::ScanPlan> plan;
  std::shared_ptr<const engine::ScanTable> table;
};

/// Threads  any.
class ScanCache final {
 public:
  static constexpr std::size_t kPlansMax = 16;

  PlannedScan Find(const ScanKey& key) {
    const std::lock_guard lock(mutex_);
    for (auto it = newest_first_.begin(); it != newest_first_.end(); ++it) {
      if (it->first != key) continue;
      newest_first_.splice(newest_first_.begin(), newest_first_, it);
      return newest_first_.front().second;
    }
    return {};
  }
  void Put(const ScanKey& key, PlannedScan scan) {
    const std::lock_guard lock(mutex_);
    newest_first_.emplace_front(key, std::move(scan));
    if (newest_first_.size() > kPlansMax) newest_first_.pop_back();
  }

 private:
  std::mutex mutex_;
  std::list<std::pair<ScanKey, PlannedScan>> newest_first_;
};

}  // namespace healix::lakehouse::tables
