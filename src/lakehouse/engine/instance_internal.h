// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens DuckDB, bounded and locked down, and opens it again after it broke.

#include <memory>
#include <mutex>
#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/engine/table_scan_internal.h"
#include "lakehouse/engine/vector_memory_internal.h"

namespace healix::lakehouse::engine {

/// Holds one open DuckDB. Statements keep it alive while they run.
class Instance final {
 public:
  /// Opens DuckDB in memory. `spill_folder` is its own, or empty. Errors kEngineFailed.
  static Result<std::shared_ptr<Instance>> Open(base::FileSystem& files,
                                                const EngineOptions& options,
                                                const std::string& spill_folder);

  const ScanServices& services() const { return services_; }

 private:
  explicit Instance(std::uint64_t vector_bytes_max) : vector_memory_(vector_bytes_max) {}

  VectorMemory vector_memory_;
  std::unique_ptr<duckdb::DuckDB> database_;
  ScanServices services_;
};

/// Hands the instance out and replaces a spoiled one.
/// Threads  any.
class InstanceSlot final {
 public:
  InstanceSlot(base::FileSystem& files, EngineOptions options)
      : files_(files), options_(std::move(options)) {}

  /// Returns the open instance, opening one when there is none.
  Result<std::shared_ptr<Instance>> Get();
  /// Looks at the error of a statement: after one that spoils, `used` is not handed out again.
  void Judge(const Error& error, const std::shared_ptr<Instance>& used);

 private:
  base::FileSystem& files_;
  EngineOptions options_;
  std::mutex mutex_;
  std::shared_ptr<Instance> instance_;
  int opened_count_ = 0;
};

}  // namespace healix::lakehouse::engine
