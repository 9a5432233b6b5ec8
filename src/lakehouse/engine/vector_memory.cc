// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <mutex>

#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/vector_memory_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::Allocator;
using duckdb::data_ptr_t;
using duckdb::idx_t;
using duckdb::PrivateAllocatorData;

constexpr idx_t kCountedBytesMin = idx_t{64} << 10;

std::atomic<std::int64_t> held_bytes = 0;
std::atomic<std::int64_t> bytes_max = 0;  ///< of all open engines; 0: there is none

/// What of a piece is counted.
std::int64_t Counted(idx_t bytes) {
  return bytes < kCountedBytesMin ? 0 : static_cast<std::int64_t>(bytes);
}

/// Takes bytes from the limit, or gives them back when negative. Returns whether there are so many.
bool Take(std::int64_t bytes) {
  const std::int64_t held = held_bytes.fetch_add(bytes) + bytes;
  const std::int64_t limit = bytes_max.load();
  if (bytes <= 0 || limit == 0 || held <= limit) return true;
  held_bytes.fetch_sub(bytes);
  return false;
}

data_ptr_t Allocate(PrivateAllocatorData* data, idx_t bytes) {
  if (!Take(Counted(bytes))) return nullptr;
  const data_ptr_t memory = Allocator::DefaultAllocate(data, bytes);
  if (memory == nullptr) Take(-Counted(bytes));
  return memory;
}

void Free(PrivateAllocatorData* data, data_ptr_t memory, idx_t bytes) {
  Allocator::DefaultFree(data, memory, bytes);
  Take(-Counted(bytes));
}

data_ptr_t Reallocate(PrivateAllocatorData* data, data_ptr_t memory, idx_t old_bytes, idx_t bytes) {
  const std::int64_t more = Counted(bytes) - Counted(old_bytes);
  if (!Take(more)) return nullptr;
  const data_ptr_t moved = Allocator::DefaultReallocate(data, memory, old_bytes, bytes);
  if (moved == nullptr) Take(-more);
  return moved;
}

/// Keeps the allocator that was replaced: what it gave may still refer to it.
struct ReplacedAllocator final : PrivateAllocatorData {
  duckdb::shared_ptr<Allocator> allocator;
};

void CountFromNowOn() {
  static std::once_flag once;
  std::call_once(once, [] {
    duckdb::shared_ptr<Allocator>& current = Allocator::DefaultAllocatorReference();
    auto before = duckdb::make_uniq<ReplacedAllocator>();
    before->allocator = current;
    current = duckdb::make_shared_ptr<Allocator>(Allocate, Free, Reallocate, std::move(before));
  });
}

}  // namespace

VectorMemory::VectorMemory(std::uint64_t bytes) : bytes_max_(static_cast<std::int64_t>(bytes)) {
  CountFromNowOn();
  bytes_max += bytes_max_;
}

VectorMemory::~VectorMemory() { bytes_max -= bytes_max_; }

}  // namespace healix::lakehouse::engine
