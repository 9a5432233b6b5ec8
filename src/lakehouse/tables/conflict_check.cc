// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "lakehouse/tables/conflict_check_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::DataFile;
using iceberg::ManifestContent;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;
using iceberg::TableMetadata;

constexpr std::int32_t kFilePathFieldId = 2147483546;  // reserved by the specification

std::int64_t BaseSequence(const TableSnapshot& base) {
  return base.snapshot() == nullptr ? 0 : base.snapshot()->sequence_number;
}

/// Tells whether a delete file may point into one of the data files.
bool MayTouch(const DataFile& deletes, const std::set<std::string>& data_files) {
  if (data_files.empty()) return false;
  if (deletes.content == iceberg::FileContent::kEqualityDeletes) return true;
  if (deletes.referenced_data_file) return data_files.contains(*deletes.referenced_data_file);
  const auto lower = deletes.lower_bounds.find(kFilePathFieldId);
  const auto upper = deletes.upper_bounds.find(kFilePathFieldId);
  if (lower == deletes.lower_bounds.end() || upper == deletes.upper_bounds.end()) return true;
  const auto first = data_files.lower_bound(lower->second);
  return first != data_files.end() && *first <= upper->second;
}

Error Conflict(const char* what) {
  return MakeError(ErrorCode::kCommitConflict, "{}", SafeReason(what));
}

/// Calls `visit` for the live entries of `head` that have the content.
template <typename Visit>
Status EachLive(const TableMetadata& head, ManifestContent content, MetadataFiles& files,
                Visit&& visit) {
  const iceberg::Snapshot* current = head.CurrentSnapshot();
  if (current == nullptr) return {};
  const std::vector<PendingFile> none;
  const iceberg::FileReader read = files.ReaderOver(none);
  HEALIX_TRY(const auto lines, iceberg::ManifestsOf(head, *current, read));
  for (const ManifestFile& line : lines) {
    if (line.content != content || !line.MayHaveLiveFiles()) continue;
    HEALIX_TRY(const std::string bytes, read(line.path));
    HEALIX_TRY(const auto entries, iceberg::ReadManifest(head, line, bytes));
    for (const ManifestEntry& entry : entries) {
      if (entry.IsLive()) HEALIX_RETURN_IF_ERROR(visit(entry));
    }
  }
  return {};
}

Status CheckNoNewDeletes(const std::set<std::string>& data_files, std::int64_t base_sequence,
                         const TableMetadata& head, MetadataFiles& files) {
  return EachLive(head, ManifestContent::kDeletes, files,
                  [&](const ManifestEntry& entry) -> Status {
                    if (entry.sequence_number.value_or(0) <= base_sequence) return {};
                    if (!MayTouch(entry.file, data_files)) return {};
                    return Conflict("rows of the same files were deleted meanwhile");
                  });
}

Status CheckLive(std::set<std::string> data_files, const TableMetadata& head,
                 MetadataFiles& files) {
  if (data_files.empty()) return {};
  HEALIX_RETURN_IF_ERROR(
      EachLive(head, ManifestContent::kData, files, [&](const ManifestEntry& entry) -> Status {
        data_files.erase(entry.file.path);
        return {};
      }));
  return data_files.empty() ? Status() : Status(Conflict("the files read were replaced meanwhile"));
}

/// Refuses everything but compaction since the base.
Status CheckNothingChanged(const TableSnapshot& base, const TableMetadata& head) {
  std::int64_t expected = BaseSequence(base);
  std::set<std::int64_t> seen;
  for (const iceberg::Snapshot& snapshot : head.snapshots) {
    if (snapshot.sequence_number <= expected) continue;
    const auto operation = snapshot.summary.find("operation");
    if (operation == snapshot.summary.end() || operation->second != "replace") {
      return Conflict("the table was changed meanwhile");
    }
    seen.insert(snapshot.sequence_number);
  }
  const auto commits_since = static_cast<std::size_t>(head.last_sequence_number - expected);
  if (seen.size() == commits_since) return {};
  return Conflict("the table was changed meanwhile");  // by a snapshot that has expired
}

Status CheckSameLayout(const TableSnapshot& base, const TableMetadata& head) {
  const TableMetadata& before = base.metadata();
  if (before.current_schema_id != head.current_schema_id ||
      before.last_column_id != head.last_column_id ||
      before.CurrentSchema() != head.CurrentSchema()) {
    return Conflict("the schema was changed meanwhile");
  }
  return {};
}

std::set<std::string> SetOf(const std::vector<std::string>& locations) {
  return {locations.begin(), locations.end()};
}

class Check final {
 public:
  Check(const TableSnapshot& base, const TableMetadata& head, MetadataFiles& files)
      : base_(base), head_(head), files_(files) {}

  Status operator()(const DeleteRows& operation) const {
    std::set<std::string> touched = SetOf(operation.referenced_data_files);
    HEALIX_RETURN_IF_ERROR(CheckLive(touched, head_, files_));
    touched.insert(operation.removed_data_files.begin(), operation.removed_data_files.end());
    return CheckNoNewDeletes(touched, BaseSequence(base_), head_, files_);
  }
  Status operator()(const OverwriteFiles& operation) const {
    if (operation.read_set == OverwriteFiles::ReadSet::kWholeTable) {
      return CheckNothingChanged(base_, head_);
    }
    return CheckNoNewDeletes(SetOf(operation.removed_data_files), BaseSequence(base_), head_,
                             files_);
  }
  Status operator()(const RewriteFiles& operation) const {
    return CheckNoNewDeletes(SetOf(operation.removed_data_files), BaseSequence(base_), head_,
                             files_);
  }
  Status operator()(const ChangeSchema&) const { return CheckSameLayout(base_, head_); }
  Status operator()(const ChangePartitioning&) const {
    HEALIX_RETURN_IF_ERROR(CheckSameLayout(base_, head_));
    if (base_.metadata().default_spec_id == head_.default_spec_id) return {};
    return Conflict("the partitioning was changed meanwhile");
  }
  /// The others hold on any later state.
  template <typename Other>
  Status operator()(const Other&) const {
    return {};
  }

 private:
  const TableSnapshot& base_;
  const TableMetadata& head_;
  MetadataFiles& files_;
};

}  // namespace

Status CheckStillHolds(const Operation& operation, const TableSnapshot& base,
                       const TableMetadata& head, MetadataFiles& files) {
  return std::visit(Check(base, head, files), operation);
}

}  // namespace healix::lakehouse::tables
