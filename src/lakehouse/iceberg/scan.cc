// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/scan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lakehouse/iceberg/partition_key.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int32_t kDeletedPathFieldId = 2147483546;  ///< `file_path` of position delete files

Error Encrypted() {
  return MakeError(ErrorCode::kMetadataUnsupported, "the table has encrypted files");
}

bool HasKey(const std::optional<std::string>& key_metadata) {
  return key_metadata && !key_metadata->empty();
}

/// Tells whether bounds rule out that a position delete file names `path`.
bool RulesOut(const DataFile& deletes, const std::string& path) {
  const auto lower = deletes.lower_bounds.find(kDeletedPathFieldId);
  const auto upper = deletes.upper_bounds.find(kDeletedPathFieldId);
  if (lower != deletes.lower_bounds.end() && path < lower->second) return true;
  return upper != deletes.upper_bounds.end() && path > upper->second;
}

/// Holds the deletes of a snapshot and answers which of them apply to a data file.
class DeleteIndex final {
 public:
  Status Add(const TableMetadata& table, const ManifestEntry& entry, std::size_t index) {
    const DataFile& file = entry.file;
    const PartitionSpec* spec = table.FindSpec(file.spec_id);
    if (file.IsDeletionVector()) return AddVector(file, index);
    if (file.content == FileContent::kEqualityDeletes && IsUnpartitioned(*spec)) {
      global_.push_back(index);
    } else if (file.referenced_data_file) {
      by_path_[*file.referenced_data_file].push_back(index);
    } else {
      by_partition_[PartitionKey{file.spec_id, file.partition}].push_back(index);
    }
    return {};
  }

  void Apply(const std::vector<ManifestEntry>& deletes, PlannedFile& planned) const {
    const DataFile& file = planned.entry.file;
    const PartitionKey key{file.spec_id, file.partition};
    const auto vector = vectors_.find(file.path);
    if (vector != vectors_.end() && IsInScope(deletes[vector->second], planned, key)) {
      planned.deletion_vector = vector->second;
    }
    std::vector<std::size_t> candidates = global_;
    const auto append = [&candidates](const std::vector<std::size_t>& more) {
      candidates.insert(candidates.end(), more.begin(), more.end());
    };
    if (const auto found = by_path_.find(file.path); found != by_path_.end()) append(found->second);
    if (const auto found = by_partition_.find(key); found != by_partition_.end()) {
      append(found->second);
    }
    std::ranges::sort(candidates);
    for (const std::size_t index : candidates) {
      if (IsInScope(deletes[index], planned, key)) planned.deletes.push_back(index);
    }
  }

 private:
  Status AddVector(const DataFile& file, std::size_t index) {
    if (!file.referenced_data_file || !file.content_size_bytes) {
      return MakeError(ErrorCode::kMetadataInvalid,
                       "a deletion vector does not say what it deletes or how long it is");
    }
    if (vectors_.emplace(*file.referenced_data_file, index).second) return {};
    return MakeError(ErrorCode::kMetadataInvalid, "a data file has two deletion vectors");
  }

  static bool IsInScope(const ManifestEntry& deletes, const PlannedFile& planned,
                        const PartitionKey& key) {
    const std::int64_t data_age = *planned.entry.sequence_number;
    const std::int64_t delete_age = *deletes.sequence_number;
    if (deletes.file.content == FileContent::kEqualityDeletes) return data_age < delete_age;
    if (data_age > delete_age) return false;
    if (!(PartitionKey{deletes.file.spec_id, deletes.file.partition} == key)) return false;
    if (deletes.file.IsDeletionVector()) return true;
    return !planned.deletion_vector && !RulesOut(deletes.file, planned.entry.file.path);
  }

  std::map<std::string, std::size_t> vectors_;
  std::map<std::string, std::vector<std::size_t>> by_path_;
  std::map<PartitionKey, std::vector<std::size_t>> by_partition_;
  std::vector<std::size_t> global_;
};

/// Rewrites bounds of widened columns in the form of their present type.
void WidenBounds(const Schema& schema, BoundsById& bounds) {
  constexpr std::size_t kNarrowBytes = 4;
  for (auto& [id, bytes] : bounds) {
    if (bytes.size() != kNarrowBytes) continue;
    const Field* field = schema.FindById(id);
    if (field == nullptr || field->type.id == TypeId::kString) continue;
    const Result<Value> value = DecodeValue(field->type, bytes);
    if (!value) continue;
    if (Result<std::string> widened = EncodeValue(field->type, *value)) bytes = *std::move(widened);
  }
}

Result<std::map<std::int32_t, std::optional<std::string>>> ConstantsOf(const TableMetadata& table,
                                                                       const DataFile& file) {
  std::map<std::int32_t, std::optional<std::string>> constants;
  const PartitionSpec* spec = table.FindSpec(file.spec_id);
  HEALIX_TRY(const std::vector<Type> types, PartitionTypes(table, *spec));
  for (std::size_t i = 0; i < spec->fields.size(); ++i) {
    const PartitionField& field = spec->fields[i];
    if (field.transform.kind != TransformKind::kIdentity) continue;
    if (types[i].id == TypeId::kUnknown) continue;
    std::optional<std::string>& constant = constants[field.source_id];
    if (IsNull(file.partition[i])) continue;
    HEALIX_TRY(constant, EncodeValue(types[i], file.partition[i]));
  }
  return constants;
}

/// Plans one snapshot.
class Planner final {
 public:
  Planner(const TableMetadata& table, const FileReader& read) : table_(table), read_(read) {}

  Status Run(const Snapshot& snapshot, ScanPlan& plan) {
    HEALIX_TRY(const std::vector<ManifestFile> lines, ManifestsOf(table_, snapshot, read_));
    plan.manifest_count = lines.size();
    for (const ManifestFile& line : lines) {
      if (line.content == ManifestContent::kDeletes) HEALIX_RETURN_IF_ERROR(AddDeletes(line, plan));
    }
    for (const ManifestFile& line : lines) {
      if (line.content == ManifestContent::kData) HEALIX_RETURN_IF_ERROR(AddFiles(line, plan));
    }
    FindDroppedFields(plan);
    return {};
  }

 private:
  Result<std::vector<ManifestEntry>> LiveEntries(const ManifestFile& line) {
    std::vector<ManifestEntry> live;
    if (!line.MayHaveLiveFiles()) return live;
    if (HasKey(line.key_metadata)) return Encrypted();
    HEALIX_TRY(const std::string bytes, read_(line.path));
    HEALIX_TRY(std::vector<ManifestEntry> entries, ReadManifest(table_, line, bytes));
    for (ManifestEntry& entry : entries) {
      if (!entry.IsLive()) continue;
      if (HasKey(entry.file.key_metadata)) return Encrypted();
      live.push_back(std::move(entry));
    }
    return live;
  }

  Status AddDeletes(const ManifestFile& line, ScanPlan& plan) {
    HEALIX_TRY(std::vector<ManifestEntry> entries, LiveEntries(line));
    for (ManifestEntry& entry : entries) {
      HEALIX_RETURN_IF_ERROR(index_.Add(table_, entry, plan.deletes.size()));
      plan.deletes.push_back(std::move(entry));
    }
    return {};
  }

  Status AddFiles(const ManifestFile& line, ScanPlan& plan) {
    HEALIX_TRY(std::vector<ManifestEntry> entries, LiveEntries(line));
    for (ManifestEntry& entry : entries) {
      PlannedFile planned;
      planned.entry = std::move(entry);
      WidenBounds(plan.schema, planned.entry.file.lower_bounds);
      WidenBounds(plan.schema, planned.entry.file.upper_bounds);
      HEALIX_TRY(planned.partition_constants, ConstantsOf(table_, planned.entry.file));
      index_.Apply(plan.deletes, planned);
      plan.files.push_back(std::move(planned));
    }
    return {};
  }

  void FindDroppedFields(ScanPlan& plan) const {
    std::set<std::int32_t> ids;
    for (const ManifestEntry& entry : plan.deletes) {
      ids.insert(entry.file.equality_ids.begin(), entry.file.equality_ids.end());
    }
    for (const std::int32_t id : ids) {
      if (plan.schema.FindById(id) != nullptr) continue;
      if (const Field* field = table_.FindFieldEver(id)) plan.dropped_fields.push_back(*field);
    }
  }

  const TableMetadata& table_;
  const FileReader& read_;
  DeleteIndex index_;
};

}  // namespace

Result<std::vector<ManifestFile>> ManifestsOf(const TableMetadata& table, const Snapshot& snapshot,
                                              const FileReader& read) {
  if (!snapshot.manifest_list.empty()) {
    HEALIX_TRY(const std::string bytes, read(snapshot.manifest_list));
    return ReadManifestList(bytes);
  }
  std::vector<ManifestFile> lines;
  for (const std::string& path : snapshot.manifests) {
    ManifestFile line;
    line.path = path;
    line.spec_id = table.default_spec_id;
    line.sequence_number = 0;
    line.min_sequence_number = 0;
    line.added_snapshot_id = snapshot.snapshot_id;
    lines.push_back(std::move(line));
  }
  return lines;
}

namespace {

/// Tells whether a delete file can mean a data file at all: nobody names positions in a file that
/// is added later, even when its rows are older (compaction).
bool MayName(const ManifestEntry& deletes, const ManifestEntry& data) {
  if (deletes.file.content == FileContent::kEqualityDeletes) return true;
  return data.file_sequence_number && *data.file_sequence_number <= *deletes.sequence_number;
}

}  // namespace

Result<std::vector<ManifestEntry>> FindDanglingDeletes(const TableMetadata& table,
                                                       std::vector<ManifestEntry> data,
                                                       std::vector<ManifestEntry> deletes) {
  DeleteIndex index;
  for (std::size_t i = 0; i < deletes.size(); ++i) {
    HEALIX_RETURN_IF_ERROR(index.Add(table, deletes[i], i));
  }
  std::set<std::size_t> applied;
  for (ManifestEntry& entry : data) {
    PlannedFile planned;
    planned.entry = std::move(entry);
    index.Apply(deletes, planned);
    for (const std::size_t i : planned.deletes) {
      if (MayName(deletes[i], planned.entry)) applied.insert(i);
    }
    if (planned.deletion_vector) applied.insert(*planned.deletion_vector);
  }
  std::vector<ManifestEntry> dangling;
  for (std::size_t i = 0; i < deletes.size(); ++i) {
    if (!applied.contains(i)) dangling.push_back(std::move(deletes[i]));
  }
  return dangling;
}

Result<ScanPlan> PlanScan(const TableMetadata& table, const ScanOptions& options,
                          const FileReader& read) {
  ScanPlan plan;
  plan.schema = table.CurrentSchema();
  const Snapshot* snapshot = table.CurrentSnapshot();
  if (options.snapshot_id) {
    snapshot = table.FindSnapshot(*options.snapshot_id);
    if (snapshot == nullptr) {
      return MakeError(ErrorCode::kSnapshotNotFound, "the table has no snapshot {}",
                       *options.snapshot_id);
    }
    plan.schema = table.SchemaOf(*snapshot);
  }
  const auto mapping = table.properties.find(std::string(kNameMappingProperty));
  if (mapping != table.properties.end()) {
    HEALIX_TRY(plan.name_mapping, ParseNameMapping(mapping->second));
    plan.null_counts_hold = false;
  }
  if (snapshot == nullptr) return plan;
  plan.snapshot_id = snapshot->snapshot_id;
  HEALIX_RETURN_IF_ERROR(Planner(table, read).Run(*snapshot, plan));
  return plan;
}

}  // namespace healix::lakehouse::iceberg
