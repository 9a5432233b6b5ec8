// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/expiry.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace healix::lakehouse::iceberg {
namespace {

using std::chrono::milliseconds;

/// Tells whether `then` is more than `age` before `now`, without overflow.
bool IsOlder(Timestamp then, Timestamp now, milliseconds age) { return now - then > age; }

bool IsExpiredRef(const TableMetadata& table, const std::string& name, const SnapshotRef& ref,
                  const ExpiryOptions& options) {
  if (name == kMainBranch) return false;
  const Snapshot* snapshot = table.FindSnapshot(ref.snapshot_id);
  return IsOlder(snapshot->timestamp, options.now, ref.max_ref_age.value_or(options.ref_age_max));
}

/// Keeps a branch's newest snapshots: all that are young, and at least a number of them.
void RetainBranch(const TableMetadata& table, const SnapshotRef& ref, const ExpiryOptions& options,
                  std::set<std::int64_t>& retained) {
  const std::int32_t count_min = ref.min_snapshots_to_keep.value_or(options.snapshots_min);
  const milliseconds age_max = ref.max_snapshot_age.value_or(options.snapshot_age_max);
  const Snapshot* snapshot = table.FindSnapshot(ref.snapshot_id);
  std::set<std::int64_t> seen;
  for (std::int32_t i = 0; snapshot != nullptr && seen.insert(snapshot->snapshot_id).second; ++i) {
    if (i > 0 && i >= count_min && IsOlder(snapshot->timestamp, options.now, age_max)) return;
    retained.insert(snapshot->snapshot_id);
    snapshot =
        snapshot->parent_snapshot_id ? table.FindSnapshot(*snapshot->parent_snapshot_id) : nullptr;
  }
}

/// Drops the oldest retained snapshots that nothing pins until `snapshots_max` are left.
void KeepToCount(const TableMetadata& table, const ExpiryOptions& options,
                 const std::set<std::int64_t>& pinned, std::set<std::int64_t>& retained) {
  std::vector<const Snapshot*> by_age;
  for (const Snapshot& snapshot : table.snapshots) by_age.push_back(&snapshot);
  std::ranges::stable_sort(by_age, {}, &Snapshot::timestamp);
  for (const Snapshot* snapshot : by_age) {
    if (retained.size() <= options.snapshots_max) return;
    if (!pinned.contains(snapshot->snapshot_id)) retained.erase(snapshot->snapshot_id);
  }
}

/// Collects what a set of snapshots reaches; each manifest is read once.
class Reach final {
 public:
  Reach(const TableMetadata& table, const FileReader& read) : table_(table), read_(read) {}

  Status AddManifests(const std::vector<const Snapshot*>& snapshots) {
    for (const Snapshot* snapshot : snapshots) {
      HEALIX_TRY(const std::vector<ManifestFile> lines, ManifestsOf(table_, *snapshot, read_));
      for (const ManifestFile& line : lines) manifests_.emplace(line.path, line);
    }
    return {};
  }

  const std::map<std::string, ManifestFile>& manifests() const { return manifests_; }

  Result<std::vector<ManifestEntry>> Entries(const ManifestFile& line) const {
    HEALIX_TRY(const std::string bytes, read_(line.path));
    return ReadManifest(table_, line, bytes);
  }

 private:
  const TableMetadata& table_;
  const FileReader& read_;
  std::map<std::string, ManifestFile> manifests_;
};

std::set<std::string> StatisticsOf(const TableMetadata& table) {
  std::set<std::string> paths;
  for (const StatisticsFile& file : table.statistics) paths.insert(file.path);
  for (const PartitionStatisticsFile& file : table.partition_statistics) paths.insert(file.path);
  return paths;
}

}  // namespace

ExpiryOptions ExpiryOptionsOf(const TableMetadata& table, Timestamp now) {
  ExpiryOptions options;
  options.now = now;
  options.snapshot_age_max = milliseconds(
      table.NumberProperty("history.expire.max-snapshot-age-ms", options.snapshot_age_max.count()));
  options.snapshots_min = static_cast<std::int32_t>(
      table.NumberProperty("history.expire.min-snapshots-to-keep", options.snapshots_min));
  options.ref_age_max = milliseconds(
      table.NumberProperty("history.expire.max-ref-age-ms", options.ref_age_max.count()));
  return options;
}

std::set<std::int64_t> ChooseExpired(const TableMetadata& table, const ExpiryOptions& options) {
  std::set<std::int64_t> retained;
  std::set<std::int64_t> pinned = options.leased;
  for (const auto& [name, ref] : table.refs) {
    if (IsExpiredRef(table, name, ref, options)) continue;
    retained.insert(ref.snapshot_id);
    pinned.insert(ref.snapshot_id);
    if (ref.kind == RefKind::kBranch) RetainBranch(table, ref, options, retained);
  }
  for (const Snapshot& snapshot : table.snapshots) {
    if (options.leased.contains(snapshot.snapshot_id)) retained.insert(snapshot.snapshot_id);
  }
  KeepToCount(table, options, pinned, retained);
  std::set<std::int64_t> expired;
  for (const Snapshot& snapshot : table.snapshots) {
    if (!retained.contains(snapshot.snapshot_id)) expired.insert(snapshot.snapshot_id);
  }
  return expired;
}

Result<UnreachableFiles> FindUnreachable(const TableMetadata& before, const TableMetadata& after,
                                         const FileReader& read) {
  UnreachableFiles unreachable;
  std::vector<const Snapshot*> removed;
  std::vector<const Snapshot*> kept;
  for (const Snapshot& snapshot : before.snapshots) {
    const bool is_kept = after.FindSnapshot(snapshot.snapshot_id) != nullptr;
    (is_kept ? kept : removed).push_back(&snapshot);
    if (!is_kept && !snapshot.manifest_list.empty()) {
      unreachable.manifest_lists.insert(snapshot.manifest_list);
    }
  }
  for (const Snapshot* snapshot : kept) unreachable.manifest_lists.erase(snapshot->manifest_list);
  Reach gone(before, read);
  Reach live(before, read);
  HEALIX_RETURN_IF_ERROR(gone.AddManifests(removed));
  HEALIX_RETURN_IF_ERROR(live.AddManifests(kept));
  // What a manifest lists is lost with it, unless a manifest that stays lists it as well.
  for (const auto& [path, line] : gone.manifests()) {
    if (live.manifests().contains(path)) continue;
    unreachable.manifests.insert(path);
    HEALIX_TRY(const std::vector<ManifestEntry> entries, gone.Entries(line));
    for (const ManifestEntry& entry : entries) unreachable.data_files.insert(entry.file.path);
  }
  if (!unreachable.data_files.empty()) {
    for (const auto& [path, line] : live.manifests()) {
      if (!line.MayHaveLiveFiles()) continue;
      HEALIX_TRY(const std::vector<ManifestEntry> entries, live.Entries(line));
      for (const ManifestEntry& entry : entries) {
        if (entry.IsLive()) unreachable.data_files.erase(entry.file.path);
      }
    }
  }
  const std::set<std::string> kept_statistics = StatisticsOf(after);
  std::ranges::set_difference(StatisticsOf(before), kept_statistics,
                              std::inserter(unreachable.statistics, unreachable.statistics.end()));
  return unreachable;
}

}  // namespace healix::lakehouse::iceberg
