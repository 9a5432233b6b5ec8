// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Chooses the snapshots that may go, and finds the files that nothing reaches after them.
/// Source   Iceberg table specification, "Snapshot Retention Policy".

#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "base/result/result.h"
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/scan.h"

namespace healix::lakehouse::iceberg {

/// Limits for branches and refs that set none of their own.
struct ExpiryOptions {
  Timestamp now;
  std::chrono::milliseconds snapshot_age_max = std::chrono::hours(5 * 24);
  std::int32_t snapshots_min = 1;  ///< kept per branch however old
  std::chrono::milliseconds ref_age_max = std::chrono::milliseconds::max();
  /// Older snapshots over this count go even when young; leases and refs still hold theirs.
  std::size_t snapshots_max = std::numeric_limits<std::size_t>::max();
  std::set<std::int64_t> leased;  ///< never chosen
};

/// Takes the defaults from the table's `history.expire.*` properties.
ExpiryOptions ExpiryOptionsOf(const TableMetadata& table, Timestamp now);

/// Returns the snapshots to give to RemoveSnapshots. The current one is never among them.
/// Example  ExpiryTest.KeepsBranchesTagsAndLeases
std::set<std::int64_t> ChooseExpired(const TableMetadata& table, const ExpiryOptions& options);

/// Locations that `before` reaches and `after` doesn't: safe to delete when no reader leases them.
struct UnreachableFiles {
  std::set<std::string> data_files;  ///< data, delete and deletion vector files
  std::set<std::string> manifests;
  std::set<std::string> manifest_lists;
  std::set<std::string> statistics;
};

/// `after` is `before` without some snapshots. Errors of PlanScan.
Result<UnreachableFiles> FindUnreachable(const TableMetadata& before, const TableMetadata& after,
                                         const FileReader& read);

}  // namespace healix::lakehouse::iceberg
