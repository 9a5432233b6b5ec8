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

/// What of a piece is counted.
std::int64_t Counted(idx_t bytes) {
  return bytes < kCountedBytesMin ? 0 : static_cast<std::int64_t>(bytes);
}

/// What one allocator may give out.
struct Budget {
  /// Takes bytes, or gives them back when negative. Returns whether there are so many.
  bool Take(std::int64_t bytes) {
    const std::int64_t held = held_bytes.fetch_add(bytes) + bytes;
    const std::int64_t limit = bytes_max.load();
    if (bytes <= 0 || limit == 0 || held <= limit) return true;
    held_bytes.fetch_sub(bytes);
    return false;
  }

  std::atomic<std::int64_t> held_bytes = 0;
  std::atomic<std::int64_t> bytes_max = 0;  ///< 0: no bound
};

/// Of the default allocator: what all open engines may hold.
Budget shared_budget;

/// Carries the budget of an allocator.
struct CountingData final : PrivateAllocatorData {
  explicit CountingData(Budget& in) : budget(&in) {}
  explicit CountingData(std::int64_t bytes_max) : budget(&own) { own.bytes_max = bytes_max; }

  Budget own;
  Budget* budget;
  /// The allocator that was replaced: what it gave may still refer to it.
  duckdb::shared_ptr<Allocator> replaced;
};

Budget& BudgetOf(PrivateAllocatorData* data) { return *static_cast<CountingData*>(data)->budget; }

data_ptr_t Allocate(PrivateAllocatorData* data, idx_t bytes) {
  if (!BudgetOf(data).Take(Counted(bytes))) return nullptr;
  const data_ptr_t memory = Allocator::DefaultAllocate(data, bytes);
  if (memory == nullptr) BudgetOf(data).Take(-Counted(bytes));
  return memory;
}

void Free(PrivateAllocatorData* data, data_ptr_t memory, idx_t bytes) {
  Allocator::DefaultFree(data, memory, bytes);
  BudgetOf(data).Take(-Counted(bytes));
}

data_ptr_t Reallocate(PrivateAllocatorData* data, data_ptr_t memory, idx_t old_bytes, idx_t bytes) {
  const std::int64_t more = Counted(bytes) - Counted(old_bytes);
  if (!BudgetOf(data).Take(more)) return nullptr;
  const data_ptr_t moved = Allocator::DefaultReallocate(data, memory, old_bytes, bytes);
  if (moved == nullptr) BudgetOf(data).Take(-more);
  return moved;
}

void CountFromNowOn() {
  static std::once_flag once;
  std::call_once(once, [] {
    duckdb::shared_ptr<Allocator>& current = Allocator::DefaultAllocatorReference();
    auto data = duckdb::make_uniq<CountingData>(shared_budget);
    data->replaced = current;
    current = duckdb::make_shared_ptr<Allocator>(Allocate, Free, Reallocate, std::move(data));
  });
}

}  // namespace

VectorMemory::VectorMemory(std::uint64_t bytes) : bytes_max_(static_cast<std::int64_t>(bytes)) {
  CountFromNowOn();
  shared_budget.bytes_max += bytes_max_;
}

VectorMemory::~VectorMemory() { shared_budget.bytes_max -= bytes_max_; }

duckdb::unique_ptr<duckdb::Allocator> MakeBoundedAllocator(std::uint64_t bytes_max) {
  return duckdb::make_uniq<Allocator>(
      Allocate, Free, Reallocate,
      duckdb::make_uniq<CountingData>(static_cast<std::int64_t>(bytes_max)));
}

}  // namespace healix::lakehouse::engine
