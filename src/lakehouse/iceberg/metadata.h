// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models table metadata v1 to v3 as a value, reads and prints its JSON.
/// Source   Iceberg table specification, "Table Metadata" and Appendix C.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/schema.h"
#include "lakehouse/iceberg/snapshot.h"
#include "lakehouse/iceberg/transforms.h"

namespace healix::lakehouse::iceberg {

constexpr int kFormatVersionMax = 3;
constexpr std::string_view kMainBranch = "main";

enum class RefKind : std::uint8_t { kBranch, kTag };

struct SnapshotRef {
  std::int64_t snapshot_id = 0;
  RefKind kind = RefKind::kBranch;
  std::optional<std::int32_t> min_snapshots_to_keep;
  std::optional<std::chrono::milliseconds> max_snapshot_age;
  std::optional<std::chrono::milliseconds> max_ref_age;

  bool operator==(const SnapshotRef&) const = default;
};

struct SnapshotLogEntry {
  Timestamp timestamp;
  std::int64_t snapshot_id = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};

struct MetadataLogEntry {
  Timestamp timestamp;
  std::string metadata_file;
  bool operator==(const MetadataLogEntry&) const = default;
};

struct StatisticsBlob {
  std::string type;
  std::int64_t snapshot_id = 0;
  std::int64_t sequence_number = 0;
  std::vector<std::int32_t> field_ids;
  Properties properties;
  bool operator==(const StatisticsBlob&) const = default;
};

struct StatisticsFile {
  std::int64_t snapshot_id = 0;
  std::string path;
  std::int64_t size_bytes = 0;
  std::int64_t footer_size_bytes = 0;
  std::optional<std::string> key_metadata;  ///< base64
  std::vector<StatisticsBlob> blobs;
  bool operator==(const StatisticsFile&) const = default;
};

struct PartitionStatisticsFile {
  std::int64_t snapshot_id = 0;
  std::string path;
  std::int64_t size_bytes = 0;
  bool operator==(const PartitionStatisticsFile&) const = default;
};

struct EncryptionKey {
  std::string key_id;
  std::string encrypted_key_metadata;  ///< base64
  std::optional<std::string> encrypted_by_id;
  Properties properties;
  bool operator==(const EncryptionKey&) const = default;
};

/// All that is known about a table at one instant. A value: changes make a new one
/// (table_changes.h, evolution.h). One that came from ParseTableMetadata or a change function is
/// consistent: current schema, default spec, default order, snapshots and refs resolve.
struct TableMetadata {
  int format_version = 2;
  std::string table_uuid;  ///< may be empty in v1
  std::string location;
  std::int64_t last_sequence_number = 0;
  Timestamp last_updated;
  std::int32_t last_column_id = 0;
  std::vector<Schema> schemas;
  std::int32_t current_schema_id = 0;
  std::vector<PartitionSpec> partition_specs;
  std::int32_t default_spec_id = 0;
  std::int32_t last_partition_id = 999;
  std::vector<SortOrder> sort_orders;
  std::int32_t default_sort_order_id = 0;
  Properties properties;
  std::optional<std::int64_t> current_snapshot_id;
  SnapshotList snapshots;
  std::map<std::string, SnapshotRef> refs;  ///< with `main` whenever there is a current snapshot
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::vector<StatisticsFile> statistics;
  std::vector<PartitionStatisticsFile> partition_statistics;
  std::vector<EncryptionKey> encryption_keys;  ///< v3
  std::int64_t next_row_id = 0;                ///< v3

  const Schema& CurrentSchema() const;
  const PartitionSpec& DefaultSpec() const;
  const SortOrder& DefaultSortOrder() const;
  /// These return nullptr when there is none.
  const Schema* FindSchema(std::int32_t schema_id) const;
  const PartitionSpec* FindSpec(std::int32_t spec_id) const;
  const Snapshot* FindSnapshot(std::int64_t snapshot_id) const;
  const Snapshot* CurrentSnapshot() const;
  const Snapshot* FindRef(std::string_view name) const;
  /// Finds what was current at an instant, by the snapshot log.
  const Snapshot* SnapshotAsOf(Timestamp instant) const;
  /// Finds a field in the current schema, else in the newest earlier one that has it.
  const Field* FindFieldEver(std::int32_t field_id) const;
  /// Returns the schema that was current when the snapshot was made, else the current one.
  const Schema& SchemaOf(const Snapshot& snapshot) const;
  /// Returns the value of a property, or the fallback when it is absent or not a number.
  std::int64_t NumberProperty(const std::string& name, std::int64_t fallback) const;

  bool operator==(const TableMetadata&) const = default;
};

constexpr std::uint64_t kMetadataBytesMax = std::uint64_t{256} << 20;  ///< after decompression

/// Reads a metadata file, plain or gzip. Strict: fields the version requires are there, ids
/// resolve, nothing is named twice.
/// Errors   kMetadataInvalid, kMetadataUnsupported (a version or type we don't know),
///          kLimitExceeded (larger than kMetadataBytesMax).
Result<TableMetadata> ParseTableMetadata(std::string_view bytes);

/// Prints metadata in the table's own format version, keys always in the same order.
/// Example  MetadataTest.PrintsWhatItReads
std::string PrintTableMetadata(const TableMetadata& metadata);

/// Reads and prints one schema in its JSON form (also stored in manifests). Errors as above.
Result<Schema> ParseSchema(std::string_view json);
std::string PrintSchema(const Schema& schema);

}  // namespace healix::lakehouse::iceberg
