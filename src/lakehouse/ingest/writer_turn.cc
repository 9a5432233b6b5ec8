// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "lakehouse/ingest/writer_turn_internal.h"

namespace healix::lakehouse::ingest {
namespace {

/// Returns the mutex of a store; made when nobody holds one.
std::shared_ptr<std::mutex> MutexOf(const storage::records::Store& records) {
  static std::mutex guard;
  static std::map<const storage::records::Store*, std::weak_ptr<std::mutex>> mutexes;
  const std::lock_guard lock(guard);
  std::erase_if(mutexes, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<std::mutex> mutex = mutexes[&records].lock();
  if (!mutex) {
    mutex = std::make_shared<std::mutex>();
    mutexes[&records] = mutex;
  }
  return mutex;
}

}  // namespace

WriterTurn::WriterTurn(const storage::records::Store& records)
    : mutex_(MutexOf(records)), lock_(*mutex_) {}

}  // namespace healix::lakehouse::ingest
