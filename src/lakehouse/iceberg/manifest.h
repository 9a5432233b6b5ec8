// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads and writes manifests (lists of data or delete files) and manifest lists.
/// Source   Iceberg table specification, "Manifests" and "Manifest Lists".

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

enum class FileContent : std::uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };
enum class ManifestContent : std::uint8_t { kData = 0, kDeletes = 1 };
enum class EntryStatus : std::uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

using CountsById = std::map<std::int32_t, std::int64_t>;
using BoundsById = std::map<std::int32_t, std::string>;  ///< binary single-value form

/// Describes one data file, delete file or deletion vector.
struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;                     ///< full URI
  std::string file_format = "PARQUET";  ///< upper case; `PUFFIN` for deletion vectors
  std::int32_t spec_id = 0;             ///< spec of the manifest it stands in
  std::vector<Value> partition;         ///< in the order of the spec's fields
  std::int64_t record_count = 0;
  std::int64_t size_bytes = 0;
  CountsById column_sizes;
  CountsById value_counts;
  CountsById null_value_counts;
  CountsById nan_value_counts;
  BoundsById lower_bounds;
  BoundsById upper_bounds;
  std::optional<std::string> key_metadata;
  std::vector<std::int64_t> split_offsets;
  std::vector<std::int32_t> equality_ids;
  std::optional<std::int32_t> sort_order_id;
  std::optional<std::int64_t> first_row_id;         ///< v3
  std::optional<std::string> referenced_data_file;  ///< deletes of one file only
  std::optional<std::int64_t> content_offset;       ///< deletion vector: where its blob begins
  std::optional<std::int64_t> content_size_bytes;

  bool IsDeletionVector() const {
    return content == FileContent::kPositionDeletes && content_offset.has_value();
  }
  bool operator==(const DataFile&) const = default;
};

/// One line of a manifest. Unset numbers are inherited from the manifest; ReadManifest fills them.
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<std::int64_t> snapshot_id;
  std::optional<std::int64_t> sequence_number;       ///< of the data
  std::optional<std::int64_t> file_sequence_number;  ///< of the commit that added the file
  DataFile file;

  bool IsLive() const { return status != EntryStatus::kDeleted; }
  bool operator==(const ManifestEntry&) const = default;
};

/// Says which partition values a manifest holds for one field of its spec.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
  bool operator==(const FieldSummary&) const = default;
};

/// One line of a manifest list. Counts that v1 files leave out are unset.
struct ManifestFile {
  std::string path;
  std::int64_t length_bytes = 0;
  std::int32_t spec_id = 0;
  ManifestContent content = ManifestContent::kData;
  /// Unset in a manifest that is new in this commit: WriteManifestList fills them.
  std::optional<std::int64_t> sequence_number;
  std::optional<std::int64_t> min_sequence_number;
  std::int64_t added_snapshot_id = 0;
  std::optional<std::int32_t> added_files_count;
  std::optional<std::int32_t> existing_files_count;
  std::optional<std::int32_t> deleted_files_count;
  std::optional<std::int64_t> added_rows_count;
  std::optional<std::int64_t> existing_rows_count;
  std::optional<std::int64_t> deleted_rows_count;
  std::vector<FieldSummary> partitions;
  std::optional<std::string> key_metadata;
  std::optional<std::int64_t> first_row_id;  ///< v3

  /// Tells whether it may hold files that are part of the snapshot.
  bool MayHaveLiveFiles() const;
  bool operator==(const ManifestFile&) const = default;
};

/// Says how a manifest is written. Its bytes do not depend on a sequence number, so one written
/// manifest serves all attempts of a commit.
struct ManifestOptions {
  std::int64_t snapshot_id = 0;
  std::int32_t spec_id = 0;  ///< of the table's specs; all entries are of this spec
  ManifestContent content = ManifestContent::kData;
};

/// A manifest that was made in memory: its bytes and its line for the list. Fill `file.path` when
/// the place is known.
struct WrittenManifest {
  std::string bytes;
  ManifestFile file;
};

/// Writes a manifest in the table's format version. Added entries lose their sequence numbers (but
/// an explicit data sequence number stays); existing and deleted ones must have theirs.
/// Errors   kInvalidArgument (an entry of another spec or content, a partition that doesn't fit).
/// Example  ManifestTest.ReadsBackWhatItWrites
Result<WrittenManifest> WriteManifest(const TableMetadata& table, const ManifestOptions& options,
                                      const std::vector<ManifestEntry>& entries);

/// Reads the manifest that `line` of a manifest list names; entries come with inherited numbers.
/// Errors   kAvroInvalid, kMetadataInvalid, kMetadataUnsupported.
Result<std::vector<ManifestEntry>> ReadManifest(const TableMetadata& table,
                                                const ManifestFile& line, std::string_view bytes);

/// Names the snapshot a manifest list is for.
struct ManifestListOptions {
  std::int64_t snapshot_id = 0;
  std::optional<std::int64_t> parent_snapshot_id;
  std::int64_t sequence_number = 0;
  int format_version = 2;
  std::int64_t first_row_id = 0;  ///< v3: the table's next row id
};

/// `files` are the lines as written, with their sequence numbers; `added_rows` is how far a v3
/// table's next row id moves.
struct WrittenManifestList {
  std::string bytes;
  std::vector<ManifestFile> files;
  std::int64_t added_rows = 0;
};

/// Errors   kInvalidArgument when a count that v2 requires is unset.
Result<WrittenManifestList> WriteManifestList(const ManifestListOptions& options,
                                              std::vector<ManifestFile> files);

/// Reads a manifest list of any version. Errors kAvroInvalid, kMetadataInvalid.
Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes);

/// Returns the types of a spec's partition values, one per field; an unknown transform or a source
/// column that no schema knows gives kUnknown. Errors kMetadataInvalid.
Result<std::vector<Type>> PartitionTypes(const TableMetadata& table, const PartitionSpec& spec);

}  // namespace healix::lakehouse::iceberg
