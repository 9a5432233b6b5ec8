// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Works out what one table looks like after a change, before anything is written.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lakehouse/tables/lease_registry_internal.h"
#include "lakehouse/tables/metadata_files_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// One table of a commit: the row before (none for a new table) and after, the files to write
/// first, and what can be removed afterwards.
struct PreparedTable {
  std::optional<TableEntry> from;
  std::shared_ptr<const TableState> old_state;  ///< nullptr for a new table
  TableEntry to;
  std::shared_ptr<const TableState> new_state;
  std::vector<TableEvent> events;
  std::vector<PendingFile> pending;
  std::set<std::int64_t> expired;  ///< snapshots that `to` no longer has
  std::uint64_t delete_files_removed = 0;
};

/// What preparing needs; borrowed.
struct PrepareParts {
  MetadataFiles& files;
  LeaseRegistry& leases;
  base::Randomness& randomness;
  const TableOptions& options;
};

/// Applies `change` to `head`, the newest state of its table (nullptr for a new one).
/// Errors   kCommitConflict when the change doesn't hold on `head`; those of the operations.
Result<PreparedTable> PrepareTable(const PrepareParts& parts, const TableChange& change,
                                   const std::shared_ptr<const TableState>& head,
                                   base::Timestamp now);

}  // namespace healix::lakehouse::tables
