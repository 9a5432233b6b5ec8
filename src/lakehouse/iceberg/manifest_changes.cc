// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/manifest_changes.h"

#include <algorithm>
#include <map>
#include <utility>

namespace healix::lakehouse::iceberg {

ManifestRemoval RemoveFiles(const std::vector<ManifestEntry>& entries, std::int64_t snapshot_id,
                            const std::function<bool(const DataFile&)>& is_removed) {
  ManifestRemoval removal;
  for (const ManifestEntry& entry : entries) {
    if (!entry.IsLive()) continue;
    ManifestEntry next = entry;
    if (is_removed(entry.file)) {
      next.status = EntryStatus::kDeleted;
      next.snapshot_id = snapshot_id;
      removal.removed.push_back(next);
    } else {
      next.status = EntryStatus::kExisting;
    }
    removal.entries.push_back(std::move(next));
  }
  return removal;
}

std::vector<ManifestEntry> CarryOver(const std::vector<ManifestEntry>& entries,
                                     std::int64_t snapshot_id) {
  std::vector<ManifestEntry> carried;
  for (const ManifestEntry& entry : entries) {
    const bool is_of_this_commit = entry.snapshot_id == snapshot_id;
    if (!entry.IsLive() && !is_of_this_commit) continue;
    carried.push_back(entry);
    if (entry.IsLive() && !is_of_this_commit) carried.back().status = EntryStatus::kExisting;
  }
  return carried;
}

MergeOptions MergeOptionsOf(const TableMetadata& table) {
  MergeOptions options;
  options.target_bytes =
      table.NumberProperty("commit.manifest.target-size-bytes", options.target_bytes);
  options.count_min = static_cast<std::int32_t>(
      table.NumberProperty("commit.manifest.min-count-to-merge", options.count_min));
  const auto enabled = table.properties.find("commit.manifest-merge.enabled");
  options.enabled = enabled == table.properties.end() || enabled->second != "false";
  return options;
}

std::vector<std::vector<std::size_t>> PlanMerge(const std::vector<ManifestFile>& manifests,
                                                const MergeOptions& options) {
  std::vector<std::vector<std::size_t>> groups;
  if (!options.enabled || manifests.empty()) return groups;
  struct Bin {
    std::vector<std::size_t> members;
    std::int64_t bytes = 0;
  };
  std::map<std::pair<ManifestContent, std::int32_t>, Bin> open;
  const auto close = [&](Bin& bin) {
    const bool has_newest =
        std::ranges::find(bin.members, manifests.size() - 1) != bin.members.end();
    const bool is_early =
        has_newest && bin.members.size() < static_cast<std::size_t>(options.count_min);
    if (bin.members.size() > 1 && !is_early) groups.push_back(bin.members);
    bin = Bin();
  };
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    const ManifestFile& manifest = manifests[i];
    if (manifest.length_bytes >= options.target_bytes) continue;  // large enough already
    Bin& bin = open[{manifest.content, manifest.spec_id}];
    if (bin.bytes + manifest.length_bytes > options.target_bytes) close(bin);
    bin.members.push_back(i);
    bin.bytes += manifest.length_bytes;
  }
  for (auto& [key, bin] : open) close(bin);
  return groups;
}

}  // namespace healix::lakehouse::iceberg
