// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps tables small and tidy: compaction, expiry, orphan files, purging. Run as jobs.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// How a long task tells its progress and learns that it should stop.
struct TaskControl {
  std::function<void(double)> on_progress;  ///< 0..1; may be empty
  std::function<bool()> should_stop;        ///< may be empty; then the task answers kCancelled
  InTransaction in_transaction;             ///< acts; may be empty
};

struct CompactReport {
  std::uint64_t files_before = 0;
  std::uint64_t files_after = 0;
  std::uint64_t delete_files_removed = 0;
  std::uint64_t bytes_rewritten = 0;
};

struct RemovalReport {
  std::uint64_t tables_purged = 0;
  std::uint64_t snapshots_expired = 0;
  std::uint64_t files_removed = 0;
  std::uint64_t bytes_removed = 0;
};

/// Bounds an expiry; what `ExpireSnapshots` says.
struct ExpireOptions {
  base::Timestamp older_than;
  int keep_last = 1;
};

/// Does the upkeep of one warehouse. One task per table at a time; another one on the same table
/// answers kCommitConflict at once.
/// Threads  any.
/// Example  RowsTest.CompactionKeepsTheRows
class Maintenance {
 public:
  virtual ~Maintenance() = default;

  /// Joins small files into files of about TableOptions::file_bytes_target and applies deletes.
  /// Does nothing to a file of good size without deletes.
  virtual Result<CompactReport> Compact(const TableName& name, const TaskControl& control) = 0;
  /// Forgets old snapshots and removes the files that only they used.
  virtual Result<RemovalReport> Expire(const TableName& name, const ExpireOptions& options,
                                       const TaskControl& control) = 0;
  /// Removes files below the table's location that no snapshot knows and that are older than
  /// TableOptions::orphan_age. The only place that lists folders.
  virtual Result<RemovalReport> RemoveOrphans(const TableName& name,
                                              const TaskControl& control) = 0;
  /// Removes tables dropped longer than TableOptions::drop_retention ago, with all their files,
  /// and what crashes left of tables that never came to be.
  virtual Result<RemovalReport> PurgeDropped(const TaskControl& control) = 0;
};

/// Makes the upkeep of `warehouse`, which must outlive it.
std::unique_ptr<Maintenance> MakeMaintenance(Warehouse& warehouse);

}  // namespace healix::lakehouse::tables
