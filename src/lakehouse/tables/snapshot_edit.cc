// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/ids/uuid.h"
#include "lakehouse/iceberg/manifest_changes.h"
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
  iceberg::SummaryCounter counter;
};

namespace {

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
  Draft draft{std::move(head), NewSnapshotId(randomness_), {}, {}};
  if (const iceberg::Snapshot* current = draft.head.CurrentSnapshot(); current != nullptr) {
    HEALIX_TRY(draft.lines,
               iceberg::ManifestsOf(draft.head, *current, files_.ReaderOver(pending_)));
  }
  HEALIX_RETURN_IF_ERROR(RemoveFrom(draft, ManifestContent::kData, edit.removed_data));
  HEALIX_RETURN_IF_ERROR(RemoveFrom(draft, ManifestContent::kDeletes, edit.removed_deletes));
  HEALIX_RETURN_IF_ERROR(AddNew(draft, edit));
  std::erase_if(draft.lines,
                [&](const ManifestFile& line) { return IsDroppable(line, draft.snapshot_id); });
  HEALIX_RETURN_IF_ERROR(MergeSmall(draft, ManifestContent::kData));
  HEALIX_RETURN_IF_ERROR(MergeSmall(draft, ManifestContent::kDeletes));
  return Finish(draft, edit, now);
}

Status SnapshotEditor::RemoveFrom(Draft& draft, ManifestContent content,
                                  const std::set<std::string>& locations) {
  std::size_t missing = locations.size();
  const std::vector<ManifestFile> before = draft.lines;
  for (const ManifestFile& line : before) {
    if (missing == 0) break;
    if (line.content != content || !line.MayHaveLiveFiles()) continue;
    HEALIX_TRY(const std::vector<ManifestEntry> entries, Entries(draft, line));
    const iceberg::ManifestRemoval removal =
        iceberg::RemoveFiles(entries, draft.snapshot_id,
                             [&](const DataFile& file) { return locations.contains(file.path); });
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
  HEALIX_TRY(iceberg::WrittenManifestList list,
             iceberg::WriteManifestList(options, std::move(draft.lines)));
  iceberg::Snapshot snapshot;
  snapshot.snapshot_id = draft.snapshot_id;
  snapshot.timestamp = std::max(now, draft.head.last_updated);
  snapshot.manifest_list = NewLocation(draft.head, "-list.avro");
  snapshot.summary = draft.counter.Finish(edit.operation, parent);
  if (draft.head.format_version >= 3) {
    snapshot.first_row_id = options.first_row_id;
    snapshot.added_rows = list.added_rows;
  }
  pending_.push_back({snapshot.manifest_list, std::move(list.bytes)});
  return iceberg::AddSnapshot(std::move(draft.head), std::move(snapshot));
}

std::string SnapshotEditor::NewLocation(const TableMetadata& table, std::string_view ending) {
  return table.location + "/metadata/" + base::MakeUuidV4(randomness_).ToString() +
         std::string(ending);
}

}  // namespace healix::lakehouse::tables
