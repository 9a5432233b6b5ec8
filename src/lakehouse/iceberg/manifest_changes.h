// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Decides what becomes of manifests in a commit: removing files, merging small manifests.

#include <cstdint>
#include <functional>
#include <vector>

#include "lakehouse/iceberg/manifest.h"

namespace healix::lakehouse::iceberg {

/// What is left of a manifest when files go: `entries` for its successor, `removed` for the
/// summary. `entries` is empty when nothing remains to be said.
struct ManifestRemoval {
  std::vector<ManifestEntry> entries;
  std::vector<ManifestEntry> removed;
};

/// Marks the live entries that `is_removed` picks as deleted by `snapshot_id`, keeps the other live
/// ones as existing and forgets deletions of earlier snapshots.
/// Example  ManifestChangesTest.RemovesFilesAndForgetsOldDeletions
ManifestRemoval RemoveFiles(const std::vector<ManifestEntry>& entries, std::int64_t snapshot_id,
                            const std::function<bool(const DataFile&)>& is_removed);

/// Turns the live entries of a manifest into existing ones, for a merged or rewritten manifest.
/// Entries added or deleted by `snapshot_id` itself keep their status.
std::vector<ManifestEntry> CarryOver(const std::vector<ManifestEntry>& entries,
                                     std::int64_t snapshot_id);

/// Limits of merging; defaults are those of the table properties named.
struct MergeOptions {
  std::int64_t target_bytes = std::int64_t{8} << 20;  ///< commit.manifest.target-size-bytes
  std::int32_t count_min = 100;                       ///< commit.manifest.min-count-to-merge
  bool enabled = true;                                ///< commit.manifest-merge.enabled
};

MergeOptions MergeOptionsOf(const TableMetadata& table);

/// Groups the indices of manifests to merge into one each, oldest first; only groups of two and
/// more are returned. Manifests of one group have one spec and one content. A group that holds the
/// newest manifest is left alone until it has `count_min` members.
std::vector<std::vector<std::size_t>> PlanMerge(const std::vector<ManifestFile>& manifests,
                                                const MergeOptions& options);

}  // namespace healix::lakehouse::iceberg
