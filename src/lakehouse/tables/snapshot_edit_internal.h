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

/// Counts in a summary the manifests of the parent that the snapshot no longer lists (Iceberg table
/// specification, Appendix F).
inline constexpr char kManifestsReplaced[] = "manifests-replaced";

/// What one snapshot changes. Removed files are named by location; deletes that apply to nothing
/// without them go by themselves.
struct SnapshotEdit {
  iceberg::Operation operation = iceberg::Operation::kAppend;
  std::vector<iceberg::DataFile> added;
  /// Of added data files whose rows are older than this commit (compaction).
  std::optional<std::int64_t> data_sequence_number;
  std::set<std::string> removed_data;
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
  /// Counts the delete files that went in all edits.
  std::uint64_t delete_files_removed() const { return delete_files_removed_; }

 private:
  struct Draft;

  /// Tells one file from all others: deletion vectors of several files share a location.
  struct FileKey {
    std::string location;
    std::optional<std::int64_t> content_offset;
    explicit FileKey(const iceberg::DataFile& file)
        : location(file.path), content_offset(file.content_offset) {}
    explicit FileKey(std::string data_file) : location(std::move(data_file)) {}
    auto operator<=>(const FileKey&) const = default;
  };

  /// Returns the lines of the newest manifest list.
  Result<ManifestLines> LinesOf(const iceberg::TableMetadata& head);
  Status RemoveFrom(Draft& draft, iceberg::ManifestContent content, const std::set<FileKey>& files);
  /// Removes the delete files that apply to none of the data files left.
  Status RemoveDanglingDeletes(Draft& draft);
  /// Returns the live entries that are not new in this snapshot, at most as old as `sequence_max`.
  Result<std::vector<iceberg::ManifestEntry>> OlderEntries(const Draft& draft,
                                                           iceberg::ManifestContent content,
                                                           std::int64_t sequence_max);
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
  std::uint64_t delete_files_removed_ = 0;
};

/// Returns a positive random snapshot id.
std::int64_t NewSnapshotId(base::Randomness& randomness);

}  // namespace healix::lakehouse::tables
