// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Knows which snapshots are being read in this process. One process owns a home, so no
/// other one reads through healix.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lakehouse/tables/table_snapshot.h"

namespace healix::lakehouse::tables {

/// Counts the readers of snapshots.
/// Whoever removes files: publish the metadata without the snapshot, then ask IsLeased(), then
/// remove. Whoever reads: Acquire(), then see that the published metadata still has the snapshot.
/// One of the two always sees the other.
/// Threads  any.
class LeaseRegistry final : public std::enable_shared_from_this<LeaseRegistry> {
 public:
  std::shared_ptr<const SnapshotLease> Acquire(std::shared_ptr<const TableState> state,
                                               std::int64_t snapshot_id);
  /// Returns the snapshots of a table that are being read.
  std::set<std::int64_t> LeasedSnapshots(const std::string& table_uuid) const;
  bool IsLeased(const std::string& table_uuid, std::int64_t snapshot_id) const;
  /// Returns a state that holds each leased snapshot, for those that expired meanwhile.
  std::vector<std::pair<std::shared_ptr<const TableState>, std::int64_t>> Leased(
      const std::string& table_uuid) const;

 private:
  friend class SnapshotLease;
  struct Holder {
    std::shared_ptr<const TableState> state;
    int readers = 0;
  };
  using Key = std::pair<std::string, std::int64_t>;

  void Release(const Key& key);

  mutable std::mutex mutex_;
  std::map<Key, Holder> holders_;
};

/// Ends one reader's interest when it is destroyed.
class SnapshotLease final {
 public:
  SnapshotLease(std::shared_ptr<LeaseRegistry> registry, LeaseRegistry::Key key)
      : registry_(std::move(registry)), key_(std::move(key)) {}
  ~SnapshotLease() { registry_->Release(key_); }
  SnapshotLease(const SnapshotLease&) = delete;
  SnapshotLease& operator=(const SnapshotLease&) = delete;

 private:
  std::shared_ptr<LeaseRegistry> registry_;
  LeaseRegistry::Key key_;
};

}  // namespace healix::lakehouse::tables
