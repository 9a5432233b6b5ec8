// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "lakehouse/tables/lease_registry_internal.h"

namespace healix::lakehouse::tables {

std::shared_ptr<const SnapshotLease> LeaseRegistry::Acquire(std::shared_ptr<const TableState> state,
                                                            std::int64_t snapshot_id) {
  Key key(state->uuid, snapshot_id);
  {
    const std::lock_guard lock(mutex_);
    Holder& holder = holders_[key];
    if (holder.readers++ == 0) holder.state = std::move(state);
  }
  return std::make_shared<const SnapshotLease>(shared_from_this(), std::move(key));
}

void LeaseRegistry::Release(const Key& key) {
  std::shared_ptr<const TableState> last;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  const auto found = holders_.find(key);
  if (--found->second.readers > 0) return;
  last = std::move(found->second.state);
  holders_.erase(found);
}

std::set<std::int64_t> LeaseRegistry::LeasedSnapshots(const std::string& table_uuid) const {
  std::set<std::int64_t> leased;
  for (const auto& [state, snapshot_id] : Leased(table_uuid)) leased.insert(snapshot_id);
  return leased;
}

bool LeaseRegistry::IsLeased(const std::string& table_uuid, std::int64_t snapshot_id) const {
  const std::lock_guard lock(mutex_);
  return holders_.contains(Key(table_uuid, snapshot_id));
}

std::vector<std::pair<std::shared_ptr<const TableState>, std::int64_t>> LeaseRegistry::Leased(
    const std::string& table_uuid) const {
  std::vector<std::pair<std::shared_ptr<const TableState>, std::int64_t>> leased;
  const std::lock_guard lock(mutex_);
  const Key first(table_uuid, std::numeric_limits<std::int64_t>::min());
  for (auto it = holders_.lower_bound(first); it != holders_.end(); ++it) {
    if (it->first.first != table_uuid) break;
    leased.emplace_back(it->second.state, it->first.second);
  }
  return leased;
}

}  // namespace healix::lakehouse::tables
