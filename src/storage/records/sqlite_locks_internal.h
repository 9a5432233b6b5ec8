// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps SQLite's file locks and the WAL index in the memory of this process.

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace healix::storage::records {

/// What one connection holds.
struct HeldLocks {
  int level = SQLITE_LOCK_NONE;    ///< of the database file
  std::uint16_t shared_slots = 0;  ///< bits of the WAL index
  std::uint16_t exclusive_slots = 0;
  bool uses_index = false;
};

/// Arbitrates between the connections to one database file. One process owns a home, so memory
/// serves where SQLite would lock bytes of files and map a -shm file. Functions return SQLite
/// codes. Threads  any. Source   sqlite.org/c3ref/io_methods.html, sqlite.org/lockingv3.html,
/// sqlite.org/walformat.html
class SqliteLocks final {
 public:
  int Lock(HeldLocks& held, int level);
  int Unlock(HeldLocks& held, int level);
  bool IsReserved() const;

  /// Returns region `number` of the WAL index, nullptr in `*region` when absent and not `extend`.
  int MapIndex(HeldLocks& held, int number, int size_bytes, bool extend, volatile void** region);
  int LockIndex(HeldLocks& held, int first, int count, int flags);
  void UnmapIndex(HeldLocks& held);
  /// Orders all memory accesses before it before those after it.
  void Barrier();

 private:
  bool IndexIsFree(const HeldLocks& held, std::uint16_t mask, bool exclusive) const;

  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> barriers_{0};
  int shared_count_ = 0;
  const HeldLocks* writer_ = nullptr;  ///< holds RESERVED or more
  bool pending_ = false;               ///< the writer waits for readers to leave

  std::vector<std::unique_ptr<std::byte[]>> index_;
  int index_users_ = 0;
  std::array<int, SQLITE_SHM_NLOCK> slot_readers_{};
  std::uint16_t slots_exclusive_ = 0;
};

}  // namespace healix::storage::records
