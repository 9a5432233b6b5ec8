// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "lakehouse/tables/scan_table_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::DataFile;

Status AddDelete(const DataFile& deletes, const PathOf& path_of, engine::ScanFile& file) {
  HEALIX_TRY(std::string path, path_of(deletes.path));
  if (deletes.content == iceberg::FileContent::kPositionDeletes) {
    file.position_deletes.push_back(std::move(path));
    return {};
  }
  file.equality_deletes.push_back({std::move(path), deletes.equality_ids});
  return {};
}

Result<engine::DeletionVector> VectorOf(const DataFile& vector, const PathOf& path_of) {
  HEALIX_TRY(std::string path, path_of(vector.path));
  return engine::DeletionVector{std::move(path),
                                static_cast<std::uint64_t>(vector.content_offset.value_or(0)),
                                static_cast<std::uint64_t>(vector.content_size_bytes.value_or(0)),
                                static_cast<std::uint64_t>(vector.record_count)};
}

Result<engine::ScanFile> FileOf(const iceberg::ScanPlan& plan, const iceberg::PlannedFile& planned,
                                const PathOf& path_of) {
  const DataFile& data = planned.entry.file;
  if (data.file_format != "PARQUET") {
    return MakeError(ErrorCode::kMetadataUnsupported, "data files of format {} can't be read",
                     SafeName(data.file_format));
  }
  engine::ScanFile file;
  HEALIX_TRY(file.path, path_of(data.path));
  file.location = data.path;
  file.size_bytes = static_cast<std::uint64_t>(data.size_bytes);
  file.record_count = static_cast<std::uint64_t>(data.record_count);
  file.partition_constants = planned.partition_constants;
  file.lower_bounds = data.lower_bounds;
  file.upper_bounds = data.upper_bounds;
  if (plan.null_counts_hold) file.null_counts = data.null_value_counts;
  file.nan_counts = data.nan_value_counts;
  for (const std::size_t index : planned.deletes) {
    HEALIX_RETURN_IF_ERROR(AddDelete(plan.deletes[index].file, path_of, file));
  }
  if (planned.deletion_vector) {
    HEALIX_TRY(file.deletion_vector,
               VectorOf(plan.deletes[*planned.deletion_vector].file, path_of));
  }
  return file;
}

std::vector<engine::MappedField> MappingOf(const iceberg::NameMapping& mapping) {
  std::vector<engine::MappedField> fields;
  for (const iceberg::MappedField& field : mapping) {
    fields.push_back({field.field_id, field.names, MappingOf(field.fields)});
  }
  return fields;
}

std::string Folded(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return name;
}

/// Puts `_1`, `_2` … behind names that differ from an earlier one by case only: Iceberg allows
/// them, SQL compares without case. Files are read by field id, so a name is only a name.
void MakeNamesUnique(std::vector<iceberg::Field>& fields) {
  std::set<std::string> taken;
  for (iceberg::Field& field : fields) {
    const std::string wanted = field.name;
    for (int number = 1; !taken.insert(Folded(field.name)).second; ++number) {
      field.name = fmt::format("{}_{}", wanted, number);
    }
    MakeNamesUnique(field.type.fields);
  }
}

}  // namespace

Result<std::shared_ptr<const engine::ScanTable>> MakeScanTable(const iceberg::ScanPlan& plan,
                                                               const PathOf& path_of) {
  auto table = std::make_shared<engine::ScanTable>();
  table->schema = plan.schema;
  table->file_changes = engine::ScanTable::FileChanges::kNever;  // as Iceberg demands of its files
  MakeNamesUnique(table->schema.fields);
  table->dropped_fields = plan.dropped_fields;
  table->name_mapping = MappingOf(plan.name_mapping);
  table->files.reserve(plan.files.size());
  for (const iceberg::PlannedFile& planned : plan.files) {
    HEALIX_TRY(engine::ScanFile file, FileOf(plan, planned, path_of));
    table->files.push_back(std::move(file));
  }
  return std::shared_ptr<const engine::ScanTable>(std::move(table));
}

}  // namespace healix::lakehouse::tables
