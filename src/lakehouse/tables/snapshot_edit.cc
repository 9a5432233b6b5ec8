// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <limits>

#include "base/ids/uuid.h"
#include "lakehouse/iceberg/manifest_changes.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/tables/snapshot_edit_internal.h"

namespace healix::lakehouse::tables {

using iceberg::DataFile;
using iceberg::EntryStatus;
using iceberg::FileContent;
using iceberg::ManifestContent;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;
using iceberg::TableMetadata;

/// The snapshot while it is made. `lines` is the manifest list, newest first.
struct SnapshotEditor::Draft {
  TableMetadata head;
  std::int64_t snapshot_id = 0;
  std::vector<ManifestFile> lines;
  std::size_t manifests_before = 0;
  iceberg::SummaryCounter counter;
};

namespace {

/// Stands for the sequence number that a file gets with the snapshot being made: later than any.
constexpr std::int64_t kUnassigned = std::numeric_limits<std::int64_t>::max();

ManifestContent ContentOf(const DataFile& file) {
  return file.content == FileContent::kData ? ManifestContent::kData : ManifestContent::kDeletes;
}

bool IsDroppable(const ManifestFile& line, std::int64_t snapshot_id) {
  return !line.MayHaveLiveFiles() && line.added_snapshot_id != snapshot_id;
}

}  // namespace

std::int64_t NewSnapshotId(base::Randomness& randomness) {
  const auto id = static_cast<std::int64_t>(randomness.Next64() >> 1);
  return id == 0 ? 1 : id;
}

Result<TableMetadata> SnapshotEditor::Apply(TableMetadata head, const SnapshotEdit& edit,
                                            iceberg::Timestamp now) {
  Draft draft{std::move(head), NewSnapshotId(randomness_), {}, 0, {}};
  HEALIX_TRY(draft.lines, LinesOf(draft.head));
  draft.manifests_before = draft.lines.size();
  std::set<FileKey> removed_data;
  for (const std::string& location : edit.removed_data) removed_data.emplace(location);
  HEALIX_RETURN_IF_ERROR(RemoveFrom(draft, ManifestContent::kData, removed_data));
  HEALIX_RETURN_IF_ERROR(AddNew(draft, edit));
  if (!removed_data.empty()) HEALIX_RETURN_IF_ERROR(RemoveDanglingDeletes(draft));
  std::erase_if(draft.lines,
                [&](const ManifestFile& line) { return IsDroppable(line, draft.snapshot_id); });
  HEALIX_RETURN_IF_ERROR(MergeSmall(draft, ManifestContent::kData));
  HEALIX_RETURN_IF_ERROR(MergeSmall(draft, ManifestContent::kDeletes));
  return Finish(draft, edit, now);
}

Result<ManifestLines> SnapshotEditor::LinesOf(const TableMetadata& head) {
  const iceberg::Snapshot* current = head.CurrentSnapshot();
  if (current == nullptr) return ManifestLines();
  if (const auto known = files_.FindLines(current->manifest_list)) return *known;
  return iceberg::ManifestsOf(head, *current, files_.ReaderOver(pending_));
}

Status SnapshotEditor::RemoveFrom(Draft& draft, ManifestContent content,
                                  const std::set<FileKey>& files) {
  std::size_t missing = files.size();
  const std::vector<ManifestFile> before = draft.lines;
  for (const ManifestFile& line : before) {
    if (missing == 0) break;
    if (line.content != content || !line.MayHaveLiveFiles()) continue;
    HEALIX_TRY(const std::vector<ManifestEntry> entries, Entries(draft, line));
    const iceberg::ManifestRemoval removal =
        iceberg::RemoveFiles(entries, draft.snapshot_id,
                             [&](const DataFile& file) { return files.contains(FileKey(file)); });
    if (removal.removed.empty()) continue;
    missing -= std::min(missing, removal.removed.size());
    for (const ManifestEntry& entry : removal.removed) draft.counter.Remove(entry.file);
    std::erase_if(draft.lines, [&](const ManifestFile& kept) { return kept.path == line.path; });
    HEALIX_RETURN_IF_ERROR(
        AddManifest(draft, {draft.snapshot_id, line.spec_id, line.content}, removal.entries));
  }
  if (missing == 0) return {};
  return MakeError(ErrorCode::kCommitConflict, "{} files to be replaced are no longer there",
                   missing);
}

Status SnapshotEditor::RemoveDanglingDeletes(Draft& draft) {
  constexpr std::int64_t kAnyAge = kUnassigned - 1;
  HEALIX_TRY(std::vector<ManifestEntry> deletes,
             OlderEntries(draft, ManifestContent::kDeletes, kAnyAge));
  if (deletes.empty()) return {};
  std::int64_t newest = 0;
  for (const ManifestEntry& entry : deletes) newest = std::max(newest, *entry.sequence_number);
  HEALIX_TRY(std::vector<ManifestEntry> data, OlderEntries(draft, ManifestContent::kData, newest));
  HEALIX_TRY(const std::vector<ManifestEntry> dangling,
             iceberg::FindDanglingDeletes(draft.head, std::move(data), std::move(deletes)));
  std::set<FileKey> removed;
  for (const ManifestEntry& entry : dangling) removed.emplace(entry.file);
  delete_files_removed_ += removed.size();
  return RemoveFrom(draft, ManifestContent::kDeletes, removed);
}

Result<std::vector<ManifestEntry>> SnapshotEditor::OlderEntries(const Draft& draft,
                                                                ManifestContent content,
                                                                std::int64_t sequence_max) {
  std::vector<ManifestEntry> older;
  for (const ManifestFile& line : draft.lines) {
    if (line.content != content || !line.MayHaveLiveFiles()) continue;
    // Without a smallest number all of its live files are new.
    if (line.min_sequence_number.value_or(kUnassigned) > sequence_max) continue;
    HEALIX_TRY(std::vector<ManifestEntry> entries, Entries(draft, line));
    std::erase_if(entries, [&](const ManifestEntry& entry) {
      return !entry.IsLive() || entry.sequence_number.value_or(kUnassigned) > sequence_max;
    });
    std::ranges::move(entries, std::back_inserter(older));
  }
  return older;
}

Status SnapshotEditor::AddNew(Draft& draft, const SnapshotEdit& edit) {
  std::map<std::pair<std::int32_t, ManifestContent>, std::vector<ManifestEntry>> groups;
  for (const DataFile& file : edit.added) {
    ManifestEntry entry{EntryStatus::kAdded, draft.snapshot_id, {}, {}, file};
    if (ContentOf(file) == ManifestContent::kData) {
      entry.sequence_number = edit.data_sequence_number;
    }
    draft.counter.Add(file);
    groups[{file.spec_id, ContentOf(file)}].push_back(std::move(entry));
  }
  for (const auto& [key, entries] : groups) {
    HEALIX_RETURN_IF_ERROR(AddManifest(draft, {draft.snapshot_id, key.first, key.second}, entries));
  }
  return {};
}

Status SnapshotEditor::AddManifest(Draft& draft, const iceberg::ManifestOptions& options,
                                   const std::vector<ManifestEntry>& entries) {
  if (entries.empty()) return {};
  HEALIX_TRY(iceberg::WrittenManifest written,
             iceberg::WriteManifest(draft.head, options, entries));
  written.file.path = NewLocation(draft.head, "-m.avro");
  pending_.push_back({written.file.path, std::move(written.bytes)});
  draft.lines.insert(draft.lines.begin(), std::move(written.file));
  return {};
}

Status SnapshotEditor::MergeSmall(Draft& draft, ManifestContent content) {
  std::vector<ManifestFile> oldest_first;
  for (auto line = draft.lines.rbegin(); line != draft.lines.rend(); ++line) {
    if (line->content == content) oldest_first.push_back(*line);
  }
  const auto groups = iceberg::PlanMerge(oldest_first, iceberg::MergeOptionsOf(draft.head));
  for (const std::vector<std::size_t>& group : groups) {
    std::vector<ManifestEntry> merged;
    for (const std::size_t index : group) {
      const ManifestFile& line = oldest_first[index];
      HEALIX_TRY(const auto entries, Entries(draft, line));
      auto carried = iceberg::CarryOver(entries, draft.snapshot_id);
      std::move(carried.begin(), carried.end(), std::back_inserter(merged));
      std::erase_if(draft.lines, [&](const ManifestFile& kept) { return kept.path == line.path; });
      std::erase_if(pending_, [&](const PendingFile& file) { return file.location == line.path; });
    }
    const std::int32_t spec_id = oldest_first[group.front()].spec_id;
    HEALIX_RETURN_IF_ERROR(AddManifest(draft, {draft.snapshot_id, spec_id, content}, merged));
  }
  return {};
}

Result<std::vector<ManifestEntry>> SnapshotEditor::Entries(const Draft& draft,
                                                           const ManifestFile& line) {
  HEALIX_TRY(const std::string bytes, files_.ReaderOver(pending_)(line.path));
  return iceberg::ReadManifest(draft.head, line, bytes);
}

Result<TableMetadata> SnapshotEditor::Finish(Draft& draft, const SnapshotEdit& edit,
                                             iceberg::Timestamp now) {
  const iceberg::Snapshot* parent = draft.head.CurrentSnapshot();
  iceberg::ManifestListOptions options;
  options.snapshot_id = draft.snapshot_id;
  if (parent != nullptr) options.parent_snapshot_id = parent->snapshot_id;
  options.sequence_number = iceberg::NextSequenceNumber(draft.head);
  options.format_version = draft.head.format_version;
  options.first_row_id = draft.head.next_row_id;
  const auto kept = std::ranges::count_if(draft.lines, [&](const ManifestFile& line) {
    return line.added_snapshot_id != draft.snapshot_id;
  });
  HEALIX_TRY(iceberg::WrittenManifestList list,
             iceberg::WriteManifestList(options, std::move(draft.lines)));
  iceberg::Snapshot snapshot;
  snapshot.snapshot_id = draft.snapshot_id;
  snapshot.timestamp = std::max(now, draft.head.last_updated);
  snapshot.manifest_list = NewLocation(draft.head, "-list.avro");
  snapshot.summary = draft.counter.Finish(edit.operation, parent);
  snapshot.summary[kManifestsReplaced] =
      std::to_string(draft.manifests_before - static_cast<std::size_t>(kept));
  if (draft.head.format_version >= 3) {
    snapshot.first_row_id = options.first_row_id;
    snapshot.added_rows = list.added_rows;
  }
  pending_.push_back({snapshot.manifest_list, std::move(list.bytes)});
  files_.RememberLines(snapshot.manifest_list, std::move(list.files));
  return iceberg::AddSnapshot(std::move(draft.head), std::move(snapshot));
}

std::string SnapshotEditor::NewLocation(const TableMetadata& table, std::string_view ending) {
  return table.location + "/metadata/" + base::MakeUuidV4(randomness_).ToString() +
         std::string(ending);
}

}  // namespace healix::lakehouse::tables
