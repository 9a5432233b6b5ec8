// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "base/io/sync_points.h"
#include "lakehouse/tables/orphan_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

using storage::objects::ObjectInfo;

/// Gathers every file that a state of a table reaches; manifests are read once.
class ReachableFiles final {
 public:
  explicit ReachableFiles(const WarehouseParts& parts)
      : read_([&parts](const std::string& location) {
          return parts.objects.Get(location, kFileBytesMax);
        }) {}

  Status Add(const TableState& state) {
    found_.insert(state.metadata_location);
    for (const auto& entry : state.metadata.metadata_log) found_.insert(entry.metadata_file);
    for (const auto& file : state.metadata.statistics) found_.insert(file.path);
    for (const auto& file : state.metadata.partition_statistics) found_.insert(file.path);
    for (const iceberg::Snapshot& snapshot : state.metadata.snapshots) {
      HEALIX_RETURN_IF_ERROR(AddSnapshot(state.metadata, snapshot));
    }
    return {};
  }
  Status AddSnapshot(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& snapshot) {
    if (!found_.insert(snapshot.manifest_list).second) return {};
    HEALIX_TRY(const auto lines, iceberg::ManifestsOf(metadata, snapshot, read_));
    for (const iceberg::ManifestFile& line : lines) {
      if (!found_.insert(line.path).second) continue;
      HEALIX_TRY(const std::string bytes, read_(line.path));
      HEALIX_TRY(const auto entries, iceberg::ReadManifest(metadata, line, bytes));
      for (const auto& entry : entries) {
        if (entry.IsLive()) found_.insert(entry.file.path);
      }
    }
    return {};
  }
  bool Contains(const std::string& location) const { return found_.contains(location); }

 private:
  static constexpr std::uint64_t kFileBytesMax = std::uint64_t{512} << 20;

  iceberg::FileReader read_;
  std::set<std::string> found_;
};

void RemoveObject(const WarehouseParts& parts, const ObjectInfo& object, RemovalReport& report) {
  base::SyncPoint("tables.orphans.before_remove");
  if (!parts.objects.Delete(object.location)) return;  // the next run finds it again
  ++report.files_removed;
  report.bytes_removed += object.size_bytes;
}

bool ShouldStop(const TaskControl& control) { return control.should_stop && control.should_stop(); }

/// Lets the caller note, in a transaction of its own, that files were removed.
Status NoteRemoval(const WarehouseParts& parts, const TaskControl& control,
                   const CommitOutcome& outcome) {
  if (!control.in_transaction) return {};
  return parts.catalog.Write([&](storage::records::Transaction& transaction) {
    return control.in_transaction(transaction, outcome);
  });
}

/// Removes the objects that `is_garbage` picks and that are older than the safety age.
template <typename IsGarbage>
Status RemoveOld(const Warehouse& warehouse, const std::vector<ObjectInfo>& objects,
                 const TaskControl& control, RemovalReport& report, IsGarbage&& is_garbage) {
  const WarehouseParts& parts = warehouse.parts();
  const auto youngest = parts.clock.Now() - warehouse.options().orphan_age;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const ObjectInfo& object = objects[i];
    if (ShouldStop(control)) return MakeError(ErrorCode::kCancelled, "the removal was cancelled");
    if (object.modified_at > youngest || !is_garbage(object.location)) continue;
    RemoveObject(parts, object, report);
    if (control.on_progress) {
      control.on_progress(static_cast<double>(i + 1) / static_cast<double>(objects.size()));
    }
  }
  return {};
}

/// Returns `<schema>/<name>-<uuid>` of an object's location below the prefix.
std::string TableFolderOf(const std::string& location, const std::string& prefix) {
  const std::size_t schema = prefix.size() + 1;
  const std::size_t table = location.find('/', schema);
  if (table == std::string::npos) return "";
  const std::size_t end = location.find('/', table + 1);
  return end == std::string::npos ? "" : location.substr(0, end);
}

/// Removes folders of tables that the catalogue has never heard of.
Status RemoveStrays(Warehouse& warehouse, const TaskControl& control, RemovalReport& report) {
  const WarehouseParts& parts = warehouse.parts();
  HEALIX_TRY(const auto objects, parts.objects.List(parts.objects.prefix()));
  std::set<std::string> known;  // asked for after the listing: what was made meanwhile is known
  HEALIX_TRY(const auto live, warehouse.ListTables());
  HEALIX_TRY(const auto dropped, warehouse.ListDropped());
  for (const auto* tables : {&live, &dropped}) {
    for (const TableEntry& table : *tables) {
      known.insert(TableFolderOf(table.metadata_location, parts.objects.prefix()));
    }
  }
  return RemoveOld(warehouse, objects, control, report, [&](const std::string& location) {
    const std::string folder = TableFolderOf(location, parts.objects.prefix());
    return !folder.empty() && !known.contains(folder);
  });
}

CommitOutcome OutcomeOf(const TableState& state) {
  CommitOutcome outcome;
  outcome.tables.push_back({state.uuid, state.name, state.version, state.metadata_location,
                            state.metadata.current_snapshot_id});
  return outcome;
}

}  // namespace

Result<RemovalReport> RemoveOrphansOf(Warehouse& warehouse, const TableName& name,
                                      const TaskControl& control) {
  const WarehouseParts& parts = warehouse.parts();
  HEALIX_TRY(const TableSnapshot before, warehouse.Load(name));
  // Listed first: what is committed after the listing can't be in it.
  HEALIX_TRY(const auto objects, parts.objects.List(before.metadata().location));
  HEALIX_TRY(const TableSnapshot now, warehouse.Load(name));
  ReachableFiles reachable(parts);
  HEALIX_RETURN_IF_ERROR(reachable.Add(now.state()));
  for (const TableSnapshot& leased : warehouse.LeasedSnapshots(now.state().uuid)) {
    HEALIX_RETURN_IF_ERROR(reachable.AddSnapshot(leased.metadata(), *leased.snapshot()));
  }
  RemovalReport report;
  HEALIX_RETURN_IF_ERROR(
      RemoveOld(warehouse, objects, control, report,
                [&](const std::string& location) { return !reachable.Contains(location); }));
  if (report.files_removed > 0) {
    HEALIX_RETURN_IF_ERROR(NoteRemoval(parts, control, OutcomeOf(now.state())));
  }
  return report;
}

Result<RemovalReport> PurgeDroppedTables(Warehouse& warehouse, const TaskControl& control) {
  const WarehouseParts& parts = warehouse.parts();
  RemovalReport report;
  HEALIX_TRY(const auto dropped, warehouse.ListDropped());
  const base::Timestamp latest = parts.clock.Now() - warehouse.options().drop_retention;
  for (const TableEntry& table : dropped) {
    if (ShouldStop(control)) return MakeError(ErrorCode::kCancelled, "the purge was cancelled");
    if (*table.dropped_at > latest) continue;
    const Status forgotten = warehouse.ForgetDropped(table.uuid, control.in_transaction);
    if (!forgotten) {
      if (forgotten.error().code() == ErrorCode::kCommitConflict) continue;  // somebody reads it
      return forgotten.error();
    }
    ++report.tables_purged;
    base::SyncPoint("tables.purge.after_pointer");
    const std::string folder = TableFolderOf(table.metadata_location, parts.objects.prefix());
    HEALIX_TRY(const auto objects, parts.objects.List(folder));
    for (const ObjectInfo& object : objects) RemoveObject(parts, object, report);
  }
  HEALIX_RETURN_IF_ERROR(RemoveStrays(warehouse, control, report));
  return report;
}

}  // namespace healix::lakehouse::tables
