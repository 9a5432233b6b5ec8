// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/warehouse.h"

#include "base/ids/uuid.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/tables/catalog_rows_internal.h"
#include "lakehouse/tables/committer_internal.h"
#include "lakehouse/tables/scan_cache_internal.h"
#include "lakehouse/tables/scan_table_internal.h"

namespace healix::lakehouse::tables {
namespace {

using storage::records::Reader;
using storage::records::Transaction;

iceberg::Timestamp ToMillis(base::Timestamp at) {
  return std::chrono::floor<std::chrono::milliseconds>(at);
}

Error NotFound(const TableName& name) {
  return MakeError(ErrorCode::kTableNotFound, "there is no table {}", SafeName(ToString(name)));
}

/// Returns the snapshot that `as_of` means in a state, or nothing for a table without snapshots.
Result<std::optional<std::int64_t>> Choose(const iceberg::TableMetadata& metadata,
                                           const AsOf& as_of) {
  if (std::holds_alternative<Current>(as_of)) return metadata.current_snapshot_id;
  const iceberg::Snapshot* snapshot = nullptr;
  if (const auto* id = std::get_if<std::int64_t>(&as_of)) {
    snapshot = metadata.FindSnapshot(*id);
  } else {
    snapshot = metadata.SnapshotAsOf(ToMillis(std::get<base::Timestamp>(as_of)));
  }
  if (snapshot != nullptr) return std::optional(snapshot->snapshot_id);
  return MakeError(ErrorCode::kSnapshotNotFound, "the table has no such snapshot");
}

/// Gives all fields ids from `next_id` on; the new table numbers them anew.
void NumberFields(std::vector<iceberg::Field>& fields, std::int32_t& next_id) {
  for (iceberg::Field& field : fields) {
    field.id = next_id++;
    NumberFields(field.type.fields, next_id);
  }
}

class CatalogWarehouse final : public Warehouse {
 public:
  CatalogWarehouse(const WarehouseParts& parts, const TableOptions& options)
      : parts_(parts),
        options_(options),
        files_(parts.objects),
        states_(files_),
        leases_(std::make_shared<LeaseRegistry>()),
        committer_(
            {parts.catalog, files_, states_, *leases_, parts.clock, parts.randomness, options_}) {}

  const WarehouseParts& parts() const override { return parts_; }
  const TableOptions& options() const override { return options_; }
  Result<TableSnapshot> Load(const TableName& name, const AsOf& as_of) override;
  Result<std::shared_ptr<const engine::ScanTable>> ToScanTable(
      const TableSnapshot& snapshot) override {
    HEALIX_TRY(PlannedScan scan, Plan(snapshot));
    return std::move(scan.table);
  }
  Result<std::shared_ptr<const iceberg::ScanPlan>> PlanFiles(
      const TableSnapshot& snapshot) override {
    HEALIX_TRY(PlannedScan scan, Plan(snapshot));
    return std::move(scan.plan);
  }
  Result<TablePlan> PlanTable(const TableName& name, const NewTableLayout& layout) override;
  Result<CommitOutcome> Commit(const CommitRequest& request) override {
    return committer_.Commit(request);
  }
  Result<std::vector<TableEntry>> ListTables() override { return List(Listing::kLive); }
  Result<std::vector<TableEntry>> ListDropped() override { return List(Listing::kDropped); }
  Result<std::vector<ViewDefinition>> ListViews() override {
    return parts_.catalog.Read([](Reader& reader) { return ListViewRows(reader); });
  }
  Result<ViewDefinition> LoadView(const TableName& name) override;
  Result<TableOutcome> Undrop(const TableName& name, const InTransaction& in_transaction) override;
  Status ForgetDropped(const std::string& uuid, const InTransaction& in_transaction) override;
  Result<std::vector<TableEvent>> ReadChanges(std::int64_t after_sequence,
                                              std::size_t limit) override {
    return parts_.catalog.Read(
        [&](Reader& reader) { return ReadEvents(reader, after_sequence, limit); });
  }
  std::vector<TableSnapshot> LeasedSnapshots(const std::string& table_uuid) override {
    std::vector<TableSnapshot> leased;
    for (const auto& [state, snapshot_id] : leases_->Leased(table_uuid)) {
      leased.emplace_back(state, snapshot_id, leases_->Acquire(state, snapshot_id));
    }
    return leased;
  }

 private:
  Result<std::vector<TableEntry>> List(Listing listing) {
    return parts_.catalog.Read([&](Reader& reader) { return ListTableRows(reader, listing); });
  }
  Result<std::shared_ptr<const TableState>> LoadState(const TableName& name);
  Result<PlannedScan> Plan(const TableSnapshot& snapshot);

  const WarehouseParts parts_;
  const TableOptions options_;
  MetadataFiles files_;
  TableStates states_;
  std::shared_ptr<LeaseRegistry> leases_;
  Committer committer_;
  ScanCache scans_;
};

Result<std::shared_ptr<const TableState>> CatalogWarehouse::LoadState(const TableName& name) {
  HEALIX_TRY(const auto pointer,
             parts_.catalog.Read([&](Reader& reader) { return FindTable(reader, name); }));
  if (!pointer) return NotFound(name);
  return states_.Get(*pointer);
}

Result<TableSnapshot> CatalogWarehouse::Load(const TableName& name, const AsOf& as_of) {
  for (;;) {
    HEALIX_TRY(std::shared_ptr<const TableState> state, LoadState(name));
    HEALIX_TRY(const auto snapshot_id, Choose(state->metadata, as_of));
    if (!snapshot_id) return TableSnapshot(std::move(state), std::nullopt, nullptr);
    auto lease = leases_->Acquire(state, *snapshot_id);
    // Only a snapshot that is still published after the lease began is safe from removal.
    HEALIX_TRY(const auto again, LoadState(name));
    const bool is_same = again == state;
    if (is_same ||
        (again->uuid == state->uuid && again->metadata.FindSnapshot(*snapshot_id) != nullptr)) {
      return TableSnapshot(std::move(state), snapshot_id, std::move(lease));
    }
  }
}

Result<PlannedScan> CatalogWarehouse::Plan(const TableSnapshot& snapshot) {
  const ScanKey key{snapshot.state().uuid, snapshot.snapshot_id().value_or(0),
                    snapshot.schema().schema_id};
  if (PlannedScan known = scans_.Find(key); known.plan != nullptr) return known;
  iceberg::ScanOptions options;
  if (snapshot.snapshot_id() != snapshot.metadata().current_snapshot_id) {
    options.snapshot_id = snapshot.snapshot_id();
  }
  const std::vector<PendingFile> none;
  HEALIX_TRY(iceberg::ScanPlan plan,
             iceberg::PlanScan(snapshot.metadata(), options, files_.ReaderOver(none)));
  PlannedScan scan;
  const auto path_of = [this](std::string_view location) {
    return parts_.objects.PathOf(location);
  };
  HEALIX_TRY(scan.table, MakeScanTable(plan, path_of));
  scan.plan = std::make_shared<const iceberg::ScanPlan>(std::move(plan));
  scans_.Put(key, scan);
  return scan;
}

Result<TablePlan> CatalogWarehouse::PlanTable(const TableName& name, const NewTableLayout& layout) {
  HEALIX_RETURN_IF_ERROR(Validate(name));
  iceberg::NewTableOptions options;
  options.table_uuid = base::MakeUuidV4(parts_.randomness).ToString();
  HEALIX_TRY(options.location,
             parts_.objects.LocationOf(name.schema + "/" + name.name + "-" + options.table_uuid));
  options.schema = layout.schema;
  std::int32_t next_id = 1;
  NumberFields(options.schema.fields, next_id);
  HEALIX_TRY(options.partition_spec,
             iceberg::MakePartitionSpec(options.schema, layout.partitioning));
  options.properties = layout.properties;
  options.properties.emplace(iceberg::kMetadataLogMaxProperty,
                             std::to_string(options_.metadata_log_max));
  options.now = ToMillis(parts_.clock.Now());
  HEALIX_TRY(iceberg::TableMetadata metadata, iceberg::NewTable(options));
  return TablePlan{name, std::move(metadata)};
}

Result<ViewDefinition> CatalogWarehouse::LoadView(const TableName& name) {
  HEALIX_TRY(auto view,
             parts_.catalog.Read([&](Reader& reader) { return FindView(reader, name); }));
  if (view) return std::move(*view);
  return MakeError(ErrorCode::kTableNotFound, "there is no view {}", SafeName(ToString(name)));
}

Result<TableOutcome> CatalogWarehouse::Undrop(const TableName& name,
                                              const InTransaction& in_transaction) {
  const base::Timestamp now = parts_.clock.Now();
  return parts_.catalog.Write([&](Transaction& transaction) -> Result<TableOutcome> {
    HEALIX_TRY(const auto dropped, ListTableRows(transaction, Listing::kDropped));
    for (const TableEntry& from : dropped) {
      if (from.name != name) continue;
      TableEntry to = from;
      to.version += 1;
      to.dropped_at.reset();
      HEALIX_RETURN_IF_ERROR(SwapTable(transaction, from, to));
      HEALIX_RETURN_IF_ERROR(
          InsertEvent(transaction, {0, to.uuid, to.name, std::nullopt, "undrop", now}));
      CommitOutcome outcome;
      outcome.tables.push_back({to.uuid, to.name, to.version, to.metadata_location, {}});
      if (in_transaction) HEALIX_RETURN_IF_ERROR(in_transaction(transaction, outcome));
      return outcome.tables.front();
    }
    return NotFound(name);
  });
}

Status CatalogWarehouse::ForgetDropped(const std::string& uuid,
                                       const InTransaction& in_transaction) {
  const base::Timestamp now = parts_.clock.Now();
  return parts_.catalog.Write([&](Transaction& transaction) -> Status {
    HEALIX_TRY(const auto table, FindTableByUuid(transaction, uuid));
    if (!table || !table->dropped_at) {
      return MakeError(ErrorCode::kTableNotFound, "there is no dropped table {}", SafeName(uuid));
    }
    if (!leases_->LeasedSnapshots(uuid).empty()) {
      return MakeError(ErrorCode::kCommitConflict, "{} is being read",
                       SafeName(ToString(table->name)));
    }
    HEALIX_RETURN_IF_ERROR(DeleteTable(transaction, uuid));
    HEALIX_RETURN_IF_ERROR(
        InsertEvent(transaction, {0, uuid, table->name, std::nullopt, "purge", now}));
    CommitOutcome outcome;
    outcome.tables.push_back({uuid, table->name, table->version, table->metadata_location, {}});
    return in_transaction ? in_transaction(transaction, outcome) : Status();
  });
}

}  // namespace

Result<std::unique_ptr<Warehouse>> Warehouse::Open(const WarehouseParts& parts,
                                                   const TableOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  HEALIX_RETURN_IF_ERROR(MigrateCatalog(parts.catalog));
  return std::unique_ptr<Warehouse>(std::make_unique<CatalogWarehouse>(parts, options));
}

}  // namespace healix::lakehouse::tables
