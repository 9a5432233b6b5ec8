// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/tables/table_states_internal.h"

namespace healix::lakehouse::tables {

Result<std::shared_ptr<const TableState>> TableStates::Get(const TableEntry& pointer) {
  if (auto found = Find(pointer)) return found;
  HEALIX_TRY(const std::string bytes, files_.Read(pointer.metadata_location));
  HEALIX_TRY(iceberg::TableMetadata metadata, iceberg::ParseTableMetadata(bytes));
  auto state = std::make_shared<const TableState>(TableState{
      pointer.uuid, pointer.name, pointer.version, pointer.metadata_location, std::move(metadata)});
  Put(state);
  return std::shared_ptr<const TableState>(std::move(state));
}

void TableStates::Put(std::shared_ptr<const TableState> state) {
  std::list<std::shared_ptr<const TableState>> forgotten;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  const auto same = std::find_if(newest_first_.begin(), newest_first_.end(),
                                 [&](const auto& known) { return known->uuid == state->uuid; });
  if (same != newest_first_.end()) {
    if ((*same)->version > state->version) return;
    forgotten.splice(forgotten.begin(), newest_first_, same);
  }
  newest_first_.push_front(std::move(state));
  if (newest_first_.size() > kStatesMax) {
    forgotten.splice(forgotten.begin(), newest_first_, std::prev(newest_first_.end()));
  }
}

std::shared_ptr<const TableState> TableStates::Find(const TableEntry& pointer) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(newest_first_.begin(), newest_first_.end(), [&](const auto& known) {
        return known->uuid == pointer.uuid && known->version == pointer.version;
      });
  if (found == newest_first_.end()) return nullptr;
  newest_first_.splice(newest_first_.begin(), newest_first_, found);
  return newest_first_.front();
}

}  // namespace healix::lakehouse::tables
