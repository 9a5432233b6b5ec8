// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes one snapshot: new manifests, a manifest list, and the metadata that names it.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids/randomness.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/snapshot_summary.h"
#include "lakehouse/tables/metadata_files_internal.h"

namespace healix::lakehouse::tables {

/// What one snapshot changes. Removed files are named by location.
struct SnapshotEdit {
  iceberg::Operation operation = iceberg::Operation::kAppend;
  std::vector<iceberg::DataFile> added;
  /// Of added data files whose rows are older than this commit (compaction).
  std::optional<std::int64_t> data_sequence_number;
  std::set<std::string> removed_data;
  std::set<std::string> removed_deletes;
};

/// Turns edits of one table into snapshots. Files stay in memory until the commit writes them.
/// A commit costs one manifest per kind of added file and one list; manifests that it doesn't
/// change are carried over by their line, unread. Small manifests are merged now and then.
/// Threads  one at a time.
/// Example  SnapshotEditTest.MergesSmallManifests
class SnapshotEditor final {
 public:
  SnapshotEditor(MetadataFiles& files, base::Randomness& randomness)
      : files_(files), randomness_(randomness) {}

  /// Returns `head` with a snapshot more.
  /// Errors   kCommitConflict when a removed file is not live in `head`.
  Result<iceberg::TableMetadata> Apply(iceberg::TableMetadata head, const SnapshotEdit& edit,
                                       iceberg::Timestamp now);

  /// Returns the files to write before the metadata may be published.
  std::vector<PendingFile> TakePending() { return std::move(pending_); }

 private:
  struct Draft;

  Status RemoveFrom(Draft& draft, iceberg::ManifestContent content,
                    const std::set<std::string>& locations);
  Status AddNew(Draft& draft, const SnapshotEdit& edit);
  Status MergeSmall(Draft& draft, iceberg::ManifestContent content);
  Status AddManifest(Draft& draft, const iceberg::ManifestOptions& options,
                     const std::vector<iceberg::ManifestEntry>& entries);
  Result<iceberg::TableMetadata> Finish(Draft& draft, const SnapshotEdit& edit,
                                        iceberg::Timestamp now);
  Result<std::vector<iceberg::ManifestEntry>> Entries(const Draft& draft,
                                                      const iceberg::ManifestFile& line);
  std::string NewLocation(const iceberg::TableMetadata& table, std::string_view ending);

  MetadataFiles& files_;
  base::Randomness& randomness_;
  std::vector<PendingFile> pending_;
};

/// Returns a positive random snapshot id.
std::int64_t NewSnapshotId(base::Randomness& randomness);

}  // namespace healix::lakehouse::tables
