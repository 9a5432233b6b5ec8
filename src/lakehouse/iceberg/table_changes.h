// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes new table metadata from old: create, add a snapshot, move refs, drop snapshots.
/// Every function returns a new value; versions share their snapshots, so that copies are cheap.
/// Schema and partition changes are in evolution.h.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

/// Describes a table that does not exist yet. Field ids in `schema` may be anything distinct (0 for
/// "give me one" is not allowed): they are numbered anew from 1, breadth first per level, and
/// `partition_spec` and `sort_order` follow by source id.
struct NewTableOptions {
  std::string table_uuid;
  std::string location;  ///< without a trailing slash
  Schema schema;
  PartitionSpec partition_spec;
  SortOrder sort_order;
  Properties properties;
  int format_version = 2;  ///< 2 or 3
  Timestamp now;

  /// Errors   kInvalidArgument, kSchemaChangeInvalid.
  Status Validate() const;
};

/// Example  TableChangesTest.NumbersFieldsOfANewTable
Result<TableMetadata> NewTable(const NewTableOptions& options);

/// Returns the sequence number of the next snapshot (0 in v1).
std::int64_t NextSequenceNumber(const TableMetadata& metadata);

/// Adds a snapshot made on top of `branch` and makes it the branch's newest. Fill snapshot_id,
/// timestamp, manifest_list, summary; in v3 first_row_id and added_rows (from WriteManifestList).
/// Parent, sequence number and schema id are set here; the log follows when `branch` is main.
/// Errors   kInvalidArgument (the id is taken or not positive, no operation in the summary).
Result<TableMetadata> AddSnapshot(TableMetadata metadata, Snapshot snapshot,
                                  std::string_view branch = kMainBranch);

/// Makes an existing snapshot the current one (roll back). Errors kSnapshotNotFound.
Result<TableMetadata> SetCurrentSnapshot(const TableMetadata& metadata, std::int64_t snapshot_id,
                                         Timestamp now);

/// Removes snapshots, the refs that point to them, their statistics, and the log up to them.
/// Errors   kInvalidArgument when the current snapshot is among them.
Result<TableMetadata> RemoveSnapshots(TableMetadata metadata,
                                      const std::set<std::int64_t>& snapshot_ids);

/// Sets properties; an empty optional removes one. `now` becomes the time of the last update.
TableMetadata ChangeProperties(TableMetadata metadata,
                               const std::map<std::string, std::optional<std::string>>& changes,
                               Timestamp now);

/// Raises the format version (never lowers it). Errors kInvalidArgument, kMetadataUnsupported.
Result<TableMetadata> UpgradeFormat(const TableMetadata& metadata, int format_version);

/// How many entries the log of a table keeps; 100 when the table doesn't say.
inline constexpr char kMetadataLogMaxProperty[] = "write.metadata.previous-versions-max";

/// Appends the location of the metadata file that this one replaces. When that makes one entry more
/// than kMetadataLogMaxProperty says, the oldest tenth of them goes.
TableMetadata RecordPreviousMetadata(TableMetadata metadata, const MetadataLogEntry& entry);

}  // namespace healix::lakehouse::iceberg
