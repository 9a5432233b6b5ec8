// SPDX-License-Identifier: Apache-2.0
#include <new>

#include "storage/records/sqlite_locks_internal.h"

namespace healix::storage::records {

int SqliteLocks::Lock(HeldLocks& held, int level) {
  const std::lock_guard guard(mutex_);
  if (held.level >= level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (pending_) return SQLITE_BUSY;
    ++shared_count_;
    held.level = SQLITE_LOCK_SHARED;
    return SQLITE_OK;
  }
  if (writer_ != nullptr && writer_ != &held) return SQLITE_BUSY;
  writer_ = &held;
  if (level == SQLITE_LOCK_RESERVED) {
    held.level = SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
  }
  pending_ = true;
  const bool alone = shared_count_ == 1;  // the writer counts as a reader, too
  held.level = alone ? SQLITE_LOCK_EXCLUSIVE : SQLITE_LOCK_PENDING;
  return alone ? SQLITE_OK : SQLITE_BUSY;
}

int SqliteLocks::Unlock(HeldLocks& held, int level) {
  const std::lock_guard guard(mutex_);
  if (held.level <= level) return SQLITE_OK;
  if (writer_ == &held) {
    writer_ = nullptr;
    pending_ = false;
  }
  if (level == SQLITE_LOCK_NONE) --shared_count_;
  held.level = level;
  return SQLITE_OK;
}

bool SqliteLocks::IsReserved() const {
  const std::lock_guard guard(mutex_);
  return writer_ != nullptr;
}

int SqliteLocks::MapIndex(HeldLocks& held, int number, int size_bytes, bool extend,
                          volatile void** region) {
  const std::lock_guard guard(mutex_);
  *region = nullptr;
  if (!held.uses_index) {
    held.uses_index = true;
    ++index_users_;
  }
  const auto wanted = static_cast<std::size_t>(number);
  if (wanted >= index_.size() && !extend) return SQLITE_OK;
  while (index_.size() <= wanted) {
    auto fresh = std::unique_ptr<std::byte[]>(
        new (std::nothrow) std::byte[static_cast<std::size_t>(size_bytes)]());
    if (fresh == nullptr) return SQLITE_NOMEM;
    index_.push_back(std::move(fresh));
  }
  *region = index_[wanted].get();
  return SQLITE_OK;
}

bool SqliteLocks::IndexIsFree(const HeldLocks& held, std::uint16_t mask, bool exclusive) const {
  if ((slots_exclusive_ & mask & ~held.exclusive_slots) != 0) return false;
  if (!exclusive) return true;
  for (int slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) {
    const auto bit = static_cast<std::uint16_t>(1u << slot);
    const int own = (held.shared_slots & bit) != 0 ? 1 : 0;
    if ((mask & bit) != 0 && slot_readers_[static_cast<std::size_t>(slot)] > own) return false;
  }
  return true;
}

int SqliteLocks::LockIndex(HeldLocks& held, int first, int count, int flags) {
  const std::lock_guard guard(mutex_);
  const auto mask = static_cast<std::uint16_t>(((1u << count) - 1u) << first);
  const auto slot = static_cast<std::size_t>(first);  // SQLite shares one slot at a time
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    if ((held.shared_slots & mask) != 0) --slot_readers_[slot];
    slots_exclusive_ =
        static_cast<std::uint16_t>(slots_exclusive_ & ~(held.exclusive_slots & mask));
    held.shared_slots = static_cast<std::uint16_t>(held.shared_slots & ~mask);
    held.exclusive_slots = static_cast<std::uint16_t>(held.exclusive_slots & ~mask);
    return SQLITE_OK;
  }
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if (!IndexIsFree(held, mask, exclusive)) return SQLITE_BUSY;
  if (exclusive) {
    slots_exclusive_ = static_cast<std::uint16_t>(slots_exclusive_ | mask);
    held.exclusive_slots = static_cast<std::uint16_t>(held.exclusive_slots | mask);
  } else if ((held.shared_slots & mask) == 0) {
    ++slot_readers_[slot];
    held.shared_slots = static_cast<std::uint16_t>(held.shared_slots | mask);
  }
  return SQLITE_OK;
}

void SqliteLocks::UnmapIndex(HeldLocks& held) {
  const std::lock_guard guard(mutex_);
  if (!held.uses_index) return;
  held.uses_index = false;
  if (--index_users_ == 0) index_.clear();
}

void SqliteLocks::Barrier() {
  const std::lock_guard guard(mutex_);
  barriers_.fetch_add(1, std::memory_order_seq_cst);  // ThreadSanitizer knows no fences
}

}  // namespace healix::storage::records
