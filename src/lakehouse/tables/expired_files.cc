// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/iceberg/expiry.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/tables/expired_files_internal.h"
#include "lakehouse/tables/snapshot_edit_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::ManifestEntry;
using iceberg::ManifestFile;
using iceberg::Snapshot;
using iceberg::TableMetadata;

/// Returns the expired snapshots and the oldest kept one behind them, in the order of commits;
/// nothing unless they are the oldest of a table with a single line of history.
std::vector<const Snapshot*> OldestChain(const TableMetadata& table,
                                         const std::set<std::int64_t>& expired) {
  if (table.refs.size() > 1 || table.format_version == 1) return {};
  std::vector<const Snapshot*> ordered;
  for (const Snapshot& snapshot : table.snapshots) ordered.push_back(&snapshot);
  std::sort(ordered.begin(), ordered.end(), [](const Snapshot* left, const Snapshot* right) {
    return left->sequence_number < right->sequence_number;
  });
  if (ordered.size() <= expired.size()) return {};
  ordered.resize(expired.size() + 1);
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    const bool is_expired = expired.contains(ordered[i]->snapshot_id);
    if (is_expired != (i < expired.size())) return {};
    const bool follows = i == 0 || ordered[i]->parent_snapshot_id == ordered[i - 1]->snapshot_id;
    if (!follows) return {};
  }
  return ordered;
}

class ChainFiles final {
 public:
  ChainFiles(const TableMetadata& table, MetadataFiles& files)
      : table_(table), read_(files.ReaderOver(none_)) {}

  /// Adds what the step from one snapshot to its successor made unnecessary.
  Status AddStep(const Snapshot& from, const Snapshot& to) {
    found_.insert(from.manifest_list);
    const auto replaced = to.summary.find(kManifestsReplaced);
    if (replaced != to.summary.end() && replaced->second == "0") return {};
    HEALIX_TRY(const auto old_lines, iceberg::ManifestsOf(table_, from, read_));
    HEALIX_TRY(const auto new_lines, iceberg::ManifestsOf(table_, to, read_));
    std::set<std::string> kept;
    for (const ManifestFile& line : new_lines) kept.insert(line.path);
    for (const ManifestFile& line : old_lines) {
      if (!kept.contains(line.path)) found_.insert(line.path);
    }
    for (const ManifestFile& line : new_lines) {
      if (line.added_snapshot_id != to.snapshot_id) continue;
      if (line.deleted_files_count.value_or(1) == 0) continue;
      HEALIX_RETURN_IF_ERROR(AddDeleted(line, to.snapshot_id));
    }
    return {};
  }
  std::set<std::string> Take() { return std::move(found_); }

 private:
  Status AddDeleted(const ManifestFile& line, std::int64_t snapshot_id) {
    HEALIX_TRY(const std::string bytes, read_(line.path));
    HEALIX_TRY(const auto entries, iceberg::ReadManifest(table_, line, bytes));
    for (const ManifestEntry& entry : entries) {
      if (!entry.IsLive() && entry.snapshot_id == snapshot_id) found_.insert(entry.file.path);
    }
    return {};
  }

  const TableMetadata& table_;
  const std::vector<PendingFile> none_;
  iceberg::FileReader read_;
  std::set<std::string> found_;
};

}  // namespace

Result<std::set<std::string>> FindExpiredFiles(const TableMetadata& before,
                                               const TableMetadata& after,
                                               const std::set<std::int64_t>& expired,
                                               MetadataFiles& files) {
  const std::vector<const Snapshot*> chain = OldestChain(before, expired);
  if (chain.empty()) {
    const std::vector<PendingFile> none;
    HEALIX_TRY(iceberg::UnreachableFiles found,
               iceberg::FindUnreachable(before, after, files.ReaderOver(none)));
    std::set<std::string> all = std::move(found.data_files);
    all.merge(found.manifests);
    all.merge(found.manifest_lists);
    all.merge(found.statistics);
    return all;
  }
  ChainFiles chain_files(before, files);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    HEALIX_RETURN_IF_ERROR(chain_files.AddStep(*chain[i], *chain[i + 1]));
  }
  return chain_files.Take();
}

std::vector<std::string> ForgottenMetadataFiles(const TableMetadata& before,
                                                const TableMetadata& after) {
  std::set<std::string_view> kept;
  for (const auto& entry : after.metadata_log) kept.insert(entry.metadata_file);
  std::vector<std::string> forgotten;
  for (const auto& entry : before.metadata_log) {
    if (!kept.contains(entry.metadata_file)) forgotten.push_back(entry.metadata_file);
  }
  return forgotten;
}

}  // namespace healix::lakehouse::tables
