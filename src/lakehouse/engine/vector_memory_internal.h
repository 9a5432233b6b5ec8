// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Bounds what DuckDB holds outside of its buffer manager: large vectors, texts and lists.

#include <cstdint>

#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// Adds to what all engines of this process may hold in vectors together. DuckDB's own limit covers
/// its buffer manager only; rows on their way, and the values that functions make, come from one
/// allocator per process, which the first VectorMemory replaces by one that counts. Pieces of less
/// than 64 KiB (a vector of numbers has 16 or 32) pass uncounted. Beyond the limit DuckDB gets no
/// memory and says so: kMemoryExceeded.
/// Threads  any.
/// Example  LimitsTest.FunctionsThatMakeLargeValuesAreBounded
class VectorMemory final {
 public:
  explicit VectorMemory(std::uint64_t bytes_max);
  ~VectorMemory();
  VectorMemory(const VectorMemory&) = delete;
  VectorMemory& operator=(const VectorMemory&) = delete;

 private:
  const std::int64_t bytes_max_;
};

/// Makes the allocator of one database: pages of the buffer manager, and the vectors of lists that
/// grow. It gives `bytes_max` at most, in pieces of 64 KiB and more.
duckdb::unique_ptr<duckdb::Allocator> MakeBoundedAllocator(std::uint64_t bytes_max);

}  // namespace healix::lakehouse::engine
