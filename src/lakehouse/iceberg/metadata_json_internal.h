// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Converts the parts of table and view metadata from and to JSON values.

#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/json_internal.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

/// Errors   kMetadataInvalid, kMetadataUnsupported.
Result<Schema> SchemaFromJson(const Json& json);
Json SchemaToJson(const Schema& schema);

Result<std::vector<PartitionField>> PartitionFieldsFromJson(const Json& list);
Json PartitionFieldsToJson(const std::vector<PartitionField>& fields);
Result<SortOrder> SortOrderFromJson(const Json& json);
Json SortOrderToJson(const SortOrder& order);

Result<Snapshot> SnapshotFromJson(const Json& json, int format_version);
/// Print JSON arrays. By hand: a table holds hundreds of snapshots, each commit prints them all.
void AppendSnapshots(std::string& out, const TableMetadata& table);
/// Returns about how many bytes AppendSnapshots adds, not less from v2 on.
std::size_t SnapshotsBytes(const TableMetadata& table);
std::string SnapshotLogText(const TableMetadata& table);
std::string MetadataLogText(const TableMetadata& table);
/// Reads `refs`, statistics, logs and keys into `table`.
Status ReferencesFromJson(const Json& json, TableMetadata& table);
/// Appends them to `json`; the logs are left empty.
void ReferencesToJson(const TableMetadata& table, Json& json);

/// Snapshot ids are 64 bits; unsigned ones over the signed range, which some writers made, wrap.
Result<std::int64_t> ConvertSnapshotId(const Json& json, const char* name);
Result<std::int64_t> RequiredSnapshotId(const Json& object, const char* name);
Result<std::optional<std::int64_t>> OptionalSnapshotId(const Json& object, const char* name);

Result<Timestamp> RequiredTimestamp(const Json& object, const char* name);
inline std::int64_t MillisOf(Timestamp timestamp) { return timestamp.time_since_epoch().count(); }

}  // namespace healix::lakehouse::iceberg
