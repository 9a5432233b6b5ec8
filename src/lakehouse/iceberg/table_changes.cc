// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/table_changes.h"

#include <algorithm>
#include <utility>

#include "lakehouse/iceberg/field_ids_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int64_t kMetadataVersionsKept = 100;

Error InvalidArgument(const char* reason) {
  return MakeError(ErrorCode::kInvalidArgument, "{}", SafeReason(reason));
}

void MakeCurrent(TableMetadata& table, std::int64_t snapshot_id, Timestamp now) {
  table.current_snapshot_id = snapshot_id;
  table.snapshot_log.push_back({now, snapshot_id});
}

/// Time never runs backwards in metadata, whatever the clock does.
Timestamp NotBefore(const TableMetadata& table, Timestamp now) {
  return std::max(table.last_updated, now);
}

}  // namespace

Status NewTableOptions::Validate() const {
  if (table_uuid.empty()) return InvalidArgument("a table needs a UUID");
  if (location.empty() || location.back() == '/') {
    return InvalidArgument("the location of a table is empty or ends with a slash");
  }
  if (format_version != 2 && format_version != 3) {
    return InvalidArgument("new tables have format version 2 or 3");
  }
  return {};
}

Result<TableMetadata> NewTable(const NewTableOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_TRY(const FreshIds fresh, AssignFreshIds(options.schema, options.format_version));
  TableMetadata table;
  table.format_version = options.format_version;
  table.table_uuid = options.table_uuid;
  table.location = options.location;
  table.last_updated = options.now;
  table.last_column_id = fresh.last_column_id;
  table.schemas = {fresh.schema};
  table.properties = options.properties;

  PartitionSpec spec = options.partition_spec;
  spec.spec_id = 0;
  for (PartitionField& field : spec.fields) {
    HEALIX_TRY(field.source_id, fresh.NewId(field.source_id));
    HEALIX_TRY([[maybe_unused]] const Type type,
               ResultType(field.transform, fresh.schema.FindById(field.source_id)->type));
    field.field_id = ++table.last_partition_id;
  }
  table.partition_specs = {std::move(spec)};

  SortOrder order = options.sort_order;
  order.order_id = order.fields.empty() ? 0 : 1;
  for (SortField& field : order.fields) {
    HEALIX_TRY(field.source_id, fresh.NewId(field.source_id));
  }
  table.default_sort_order_id = order.order_id;
  table.sort_orders = {std::move(order)};
  return table;
}

std::int64_t NextSequenceNumber(const TableMetadata& metadata) {
  return metadata.format_version < 2 ? 0 : metadata.last_sequence_number + 1;
}

Result<TableMetadata> AddSnapshot(TableMetadata metadata, Snapshot snapshot,
                                  std::string_view branch) {
  if (snapshot.snapshot_id <= 0 || metadata.FindSnapshot(snapshot.snapshot_id) != nullptr) {
    return InvalidArgument("the id of a new snapshot is taken or not positive");
  }
  if (!snapshot.summary.contains("operation") || snapshot.manifest_list.empty()) {
    return InvalidArgument("a new snapshot has no operation or no manifest list");
  }
  TableMetadata next = std::move(metadata);
  if (next.format_version >= 3) {
    if (snapshot.first_row_id != next.next_row_id || !snapshot.added_rows) {
      return InvalidArgument("a new v3 snapshot does not begin at the next row id");
    }
    next.next_row_id += *snapshot.added_rows;
  }
  const Snapshot* parent = next.FindRef(branch);
  snapshot.parent_snapshot_id.reset();
  if (parent != nullptr) snapshot.parent_snapshot_id = parent->snapshot_id;
  snapshot.sequence_number = NextSequenceNumber(next);
  snapshot.schema_id = next.current_schema_id;
  snapshot.timestamp = NotBefore(next, snapshot.timestamp);
  next.last_sequence_number = snapshot.sequence_number;
  next.last_updated = snapshot.timestamp;
  SnapshotRef& ref = next.refs[std::string(branch)];
  if (ref.kind == RefKind::kTag) return InvalidArgument("a tag can't take a new snapshot");
  ref.snapshot_id = snapshot.snapshot_id;
  if (branch == kMainBranch) MakeCurrent(next, snapshot.snapshot_id, snapshot.timestamp);
  next.snapshots.Add(std::move(snapshot));
  return next;
}

Result<TableMetadata> SetCurrentSnapshot(const TableMetadata& metadata, std::int64_t snapshot_id,
                                         Timestamp now) {
  if (metadata.FindSnapshot(snapshot_id) == nullptr) {
    return MakeError(ErrorCode::kSnapshotNotFound, "the table has no snapshot {}", snapshot_id);
  }
  TableMetadata next = metadata;
  next.last_updated = NotBefore(metadata, now);
  next.refs[std::string(kMainBranch)].snapshot_id = snapshot_id;
  MakeCurrent(next, snapshot_id, next.last_updated);
  return next;
}

Result<TableMetadata> RemoveSnapshots(TableMetadata metadata,
                                      const std::set<std::int64_t>& snapshot_ids) {
  if (metadata.current_snapshot_id && snapshot_ids.contains(*metadata.current_snapshot_id)) {
    return InvalidArgument("the current snapshot can't be removed");
  }
  const auto is_removed = [&snapshot_ids](const auto& item) {
    return snapshot_ids.contains(item.snapshot_id);
  };
  TableMetadata next = std::move(metadata);
  next.snapshots.RemoveIf(is_removed);
  std::erase_if(next.statistics, is_removed);
  std::erase_if(next.partition_statistics, is_removed);
  std::erase_if(next.refs, [&](const auto& named) { return is_removed(named.second); });
  // The log keeps its newest consecutive entries whose snapshots are still there.
  const auto last_gone =
      std::find_if(next.snapshot_log.rbegin(), next.snapshot_log.rend(), is_removed);
  next.snapshot_log.erase(next.snapshot_log.begin(), last_gone.base());
  return next;
}

TableMetadata ChangeProperties(TableMetadata metadata,
                               const std::map<std::string, std::optional<std::string>>& changes,
                               Timestamp now) {
  TableMetadata next = std::move(metadata);
  for (const auto& [name, value] : changes) {
    if (value) {
      next.properties[name] = *value;
    } else {
      next.properties.erase(name);
    }
  }
  next.last_updated = NotBefore(next, now);
  return next;
}

Result<TableMetadata> UpgradeFormat(const TableMetadata& metadata, int format_version) {
  if (format_version > kFormatVersionMax) {
    return MakeError(ErrorCode::kMetadataUnsupported, "format version {} is not supported",
                     format_version);
  }
  if (format_version < metadata.format_version) {
    return InvalidArgument("a format version can't be lowered");
  }
  if (metadata.table_uuid.empty()) return InvalidArgument("the table has no UUID");
  const bool lacks_lists = std::ranges::any_of(
      metadata.snapshots, [](const Snapshot& snapshot) { return snapshot.manifest_list.empty(); });
  if (lacks_lists && format_version > 1) {
    return MakeError(ErrorCode::kMetadataUnsupported,
                     "a v1 snapshot without a manifest list can't be upgraded");
  }
  TableMetadata next = metadata;
  next.format_version = format_version;
  return next;
}

TableMetadata RecordPreviousMetadata(TableMetadata metadata, const MetadataLogEntry& entry) {
  TableMetadata next = std::move(metadata);
  next.metadata_log.push_back(entry);
  const std::int64_t wanted = next.NumberProperty(kMetadataLogMaxProperty, kMetadataVersionsKept);
  const std::int64_t most = std::max<std::int64_t>(1, wanted);
  if (std::ssize(next.metadata_log) > most) {
    const auto kept = static_cast<std::ptrdiff_t>(most - most / 10);
    next.metadata_log.erase(next.metadata_log.begin(), next.metadata_log.end() - kept);
  }
  return next;
}

}  // namespace healix::lakehouse::iceberg
