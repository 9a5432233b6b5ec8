// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/expiry.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
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

/// Decides which snapshots of one table stay. Knows them by their place in the table's list, where
/// a parent usually stands right before its child.
class Retention final {
 public:
  Retention(const TableMetadata& table, const ExpiryOptions& options)
      : table_(table),
        options_(options),
        retained_(table.snapshots.size()),
        pinned_(table.snapshots.size()) {}

  void KeepRefs() {
    for (const auto& [name, ref] : table_.refs) {
      if (IsExpiredRef(table_, name, ref, options_)) continue;
      Pin(ref.snapshot_id);
      if (ref.kind == RefKind::kBranch) KeepBranch(ref);
    }
  }

  void KeepLeased() {
    for (const std::int64_t snapshot_id : options_.leased) Pin(snapshot_id);
  }

  /// Drops the oldest retained snapshots that nothing pins until `snapshots_max` are left.
  void DropOverMax() {
    auto count = static_cast<std::size_t>(std::ranges::count(retained_, true));
    if (count <= options_.snapshots_max) return;
    std::vector<std::size_t> by_age(retained_.size());
    std::iota(by_age.begin(), by_age.end(), std::size_t{0});
    std::ranges::stable_sort(
        by_age, {}, [this](std::size_t place) { return table_.snapshots[place].timestamp; });
    for (const std::size_t place : by_age) {
      if (count <= options_.snapshots_max) return;
      if (pinned_[place] || !retained_[place]) continue;
      retained_[place] = false;
      --count;
    }
  }

  std::set<std::int64_t> Expired() const {
    std::set<std::int64_t> expired;
    for (std::size_t place = 0; place < retained_.size(); ++place) {
      if (!retained_[place]) expired.insert(table_.snapshots[place].snapshot_id);
    }
    return expired;
  }

 private:
  /// Returns the place of a snapshot, looked for first before `from`, newest first.
  std::optional<std::size_t> PlaceOf(std::int64_t snapshot_id, std::size_t from) const {
    const std::size_t count = retained_.size();
    for (std::size_t steps = 1; steps <= count; ++steps) {
      const std::size_t place = (from + count - steps) % count;
      if (table_.snapshots[place].snapshot_id == snapshot_id) return place;
    }
    return std::nullopt;
  }

  void Pin(std::int64_t snapshot_id) {
    const auto place = PlaceOf(snapshot_id, retained_.size());
    if (place) retained_[*place] = pinned_[*place] = true;
  }

  /// Keeps a branch's newest snapshots: all that are young, and at least a number of them.
  void KeepBranch(const SnapshotRef& ref) {
    const std::int32_t count_min = ref.min_snapshots_to_keep.value_or(options_.snapshots_min);
    const milliseconds age_max = ref.max_snapshot_age.value_or(options_.snapshot_age_max);
    auto place = PlaceOf(ref.snapshot_id, retained_.size());
    // No branch is longer than the list, unless parents of a foreign table form a ring.
    for (std::size_t i = 0; place && i < retained_.size(); ++i) {
      const Snapshot& snapshot = table_.snapshots[*place];
      const bool is_extra = i > 0 && std::cmp_greater_equal(i, count_min);
      if (is_extra && IsOlder(snapshot.timestamp, options_.now, age_max)) return;
      retained_[*place] = true;
      if (!snapshot.parent_snapshot_id) return;
      place = PlaceOf(*snapshot.parent_snapshot_id, *place);
    }
  }

  const TableMetadata& table_;
  const ExpiryOptions& options_;
  std::vector<bool> retained_;
  std::vector<bool> pinned_;
};

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
  Retention retention(table, options);
  retention.KeepRefs();
  retention.KeepLeased();
  retention.DropOverMax();
  return retention.Expired();
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
