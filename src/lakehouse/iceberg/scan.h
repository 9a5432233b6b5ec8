// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Plans a scan: the data files of a snapshot, each with the deletes that apply to it.
/// Source   Iceberg table specification, "Scan Planning".

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/iceberg/name_mapping.h"

namespace healix::lakehouse::iceberg {

/// Reads a whole manifest or manifest list by the location written in the metadata.
using FileReader = std::function<Result<std::string>(const std::string& location)>;

/// `deletes` and `deletion_vector` are indices into ScanPlan::deletes.
struct PlannedFile {
  ManifestEntry entry;
  std::vector<std::size_t> deletes;            ///< position and equality delete files
  std::optional<std::size_t> deletion_vector;  ///< when set, no position delete file is listed
  /// Values of identity-partitioned columns in binary form, by field id; empty optional is NULL.
  std::map<std::int32_t, std::optional<std::string>> partition_constants;
};

/// All that a reader of one snapshot needs; file locations are those of the metadata.
struct ScanPlan {
  Schema schema;
  std::optional<std::int64_t> snapshot_id;  ///< unset for an empty table
  std::vector<PlannedFile> files;
  std::vector<ManifestEntry> deletes;
  /// Fields of earlier schemas that equality deletes still name.
  std::vector<Field> dropped_fields;
  NameMapping name_mapping;  ///< empty when the table has none
  /// False when the table has a name mapping: files without field ids may then have counts of
  /// columns that a reader does not find any more.
  bool null_counts_hold = true;
  std::uint64_t manifest_count = 0;
};

/// Chooses what to read. By default the current snapshot with the current schema; a snapshot by id
/// is read with the schema it was written with.
struct ScanOptions {
  std::optional<std::int64_t> snapshot_id;
};

/// Errors   kSnapshotNotFound, those of `read`, kAvroInvalid, kMetadataInvalid.
/// Example  ScanTest.AppliesDeletesByAgeAndPartition
Result<ScanPlan> PlanScan(const TableMetadata& table, const ScanOptions& options,
                          const FileReader& read);

/// Returns the members of `deletes` that apply to no member of `data`: their rows are gone with the
/// files they were in. All entries are live and have sequence numbers; a data file without that of
/// the file is being added.
/// Errors   kMetadataInvalid.
/// Example  ScanTest.FindsDeletesThatApplyToNothing
Result<std::vector<ManifestEntry>> FindDanglingDeletes(const TableMetadata& table,
                                                       std::vector<ManifestEntry> data,
                                                       std::vector<ManifestEntry> deletes);

/// Returns the manifest lines of a snapshot (also of a v1 snapshot without a list).
Result<std::vector<ManifestFile>> ManifestsOf(const TableMetadata& table, const Snapshot& snapshot,
                                              const FileReader& read);

}  // namespace healix::lakehouse::iceberg
