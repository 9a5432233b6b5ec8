// SPDX-License-Identifier: Apache-2.0
#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "lakehouse/ingest/batch_committer_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"
#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/warehouse.h"
#include "trust/journal/journal.h"

namespace healix::lakehouse::ingest {

using tables::TableChange;
using tables::TableName;
using tables::TableSnapshot;

namespace {

/// Returns the fields of the table in the order of `columns`, so that rows match by position.
iceberg::Schema SchemaInOrder(const iceberg::Schema& table, const iceberg::Schema& columns) {
  iceberg::Schema schema = table;
  schema.fields.clear();
  for (const iceberg::Field& column : columns.fields) {
    const iceberg::Field* field = table.FindByName(column.name);
    HEALIX_CHECK(field != nullptr, "WithColumns() has added the column");
    schema.fields.push_back(*field);
  }
  return schema;
}

TableChange AppendTo(const TableSnapshot& snapshot, std::vector<iceberg::DataFile> files) {
  TableChange change;
  change.table = snapshot.name();
  change.base = snapshot;
  change.operations.push_back(tables::AppendFiles{std::move(files)});
  return change;
}

tables::WriteTarget TargetFor(const TableSnapshot& snapshot, const iceberg::Schema& columns) {
  tables::WriteTarget target = tables::TargetOf(snapshot);
  target.schema = SchemaInOrder(target.schema, columns);
  target.compression = engine::Compression::kZstdFast;
  return target;
}

void NoteSnapshots(const tables::CommitOutcome& outcome, SnapshotsByTable& snapshots) {
  for (const tables::TableOutcome& table : outcome.tables) {
    if (table.snapshot_id) snapshots[tables::ToString(table.name)] = *table.snapshot_id;
  }
}

}  // namespace

Result<TableSnapshot> BatchCommitter::LoadOrCreate(const TableName& table,
                                                   const iceberg::Schema& columns) {
  auto loaded = parts_.warehouse.Load(table);
  if (loaded) return WithColumns(*std::move(loaded), columns);
  if (loaded.error().code() != ErrorCode::kTableNotFound) return loaded.error();

  HEALIX_TRY(tables::TablePlan plan, parts_.warehouse.PlanTable(table, LayoutOf(table, columns)));
  tables::CommitRequest request;
  request.tables.push_back({table, std::nullopt, {tables::CreateTable{std::move(plan)}}});
  const auto created = parts_.warehouse.Commit(request);
  if (!created && created.error().code() != ErrorCode::kTableExists) return created.error();
  return parts_.warehouse.Load(table);
}

Result<TableSnapshot> BatchCommitter::WithColumns(TableSnapshot snapshot,
                                                  const iceberg::Schema& columns) {
  tables::ChangeSchema change;
  for (const iceberg::Field& field : columns.fields) {
    if (snapshot.schema().FindByName(field.name) != nullptr) continue;
    change.changes.push_back(iceberg::AddColumn{"", field.name, field.type, "", std::nullopt});
  }
  if (change.changes.empty()) return snapshot;
  tables::CommitRequest request;
  request.tables.push_back({snapshot.name(), snapshot, {std::move(change)}});
  HEALIX_TRY(const auto changed, parts_.warehouse.Commit(request));
  return parts_.warehouse.Load(snapshot.name());
}

Result<TableChange> BatchCommitter::WriteFhir(const TableName& table,
                                              std::map<FhirPartition, RowBuffer>& rows) {
  const iceberg::Schema columns = ToSchema(FhirColumns());
  HEALIX_TRY(const TableSnapshot snapshot, LoadOrCreate(table, columns));
  const tables::WriteTarget target = TargetFor(snapshot, columns);
  std::vector<iceberg::DataFile> files;
  for (auto& [partition, buffer] : rows) {
    HEALIX_TRY(auto written,
               parts_.data_files.WritePartition(target, {partition.source, partition.resource_type},
                                                engine::ArrowSource{buffer.TakeStream()}));
    for (iceberg::DataFile& file : written) files.push_back(std::move(file));
    base::SyncPoint("ingest.batch.file_written");
  }
  return AppendTo(snapshot, std::move(files));
}

Status BatchCommitter::WriteTable(const TableName& table, const iceberg::Schema& columns,
                                  engine::WriteSource source, ChangesByTable& changes) {
  HEALIX_TRY(const TableSnapshot snapshot, LoadOrCreate(table, columns));
  HEALIX_TRY(auto files,
             parts_.data_files.WritePartition(TargetFor(snapshot, columns), {}, std::move(source)));
  const auto at = changes.find(table);
  if (at == changes.end()) {
    changes.emplace(table, AppendTo(snapshot, std::move(files)));
  } else {
    at->second.base = snapshot;  // these rows may have added columns
    at->second.operations.push_back(tables::AppendFiles{std::move(files)});
  }
  return {};
}

Result<BatchCommitter::ChangesByTable> BatchCommitter::WriteTables(Batch& batch) {
  ChangesByTable changes;
  for (auto& [shape, rows] : batch.tabular) {
    HEALIX_RETURN_IF_ERROR(WriteTable(shape.table, ToSchema(rows.columns()),
                                      engine::ArrowSource{rows.TakeStream()}, changes));
  }
  for (const TableCopy& copy : batch.copies) {
    const iceberg::Schema& columns = copy.info.table.schema;
    engine::SqlSource source{InputScope(copy.info),
                             CopyStatement(columns, copy.file, ingest_.value(), copy.arrived_at)};
    HEALIX_RETURN_IF_ERROR(
        WriteTable(copy.table, CopiedSchema(columns), std::move(source), changes));
  }
  if (batch.envelopes) {
    HEALIX_RETURN_IF_ERROR(WriteTable(EnvelopeTable(), ToSchema(EnvelopeColumns()),
                                      engine::ArrowSource{batch.envelopes->TakeStream()}, changes));
  }
  return changes;
}

Result<std::vector<tables::ViewChange>> BatchCommitter::NewViews(const Batch& batch) {
  std::map<TableName, TypeViewContent> wanted;
  const auto want = [&](const std::string& type, TypeStorage storage) {
    wanted[TypeViewName(type)].Add({{type}, storage});
  };
  for (const auto& [partition, rows] : batch.fhir) {
    want(partition.resource_type, TypeStorage::kInline);
  }
  for (const auto& [partition, rows] : batch.objects) {
    want(partition.resource_type, TypeStorage::kWithObjects);
  }
  std::vector<tables::ViewChange> changes;
  for (auto& [name, content] : wanted) {
    TypeViewContent& shown = type_views_[name];
    if (shown.Holds(content)) continue;
    const auto found = parts_.warehouse.LoadView(name);
    if (found) {
      shown = ContentOf(*found);
    } else if (found.error().code() != ErrorCode::kTableNotFound) {
      return found.error();
    }
    if (shown.Holds(content)) continue;
    shown.Add(content);
    changes.push_back({tables::ViewChange::Action::kCreateOrReplace, TypeView(shown)});
  }
  return changes;
}

Status BatchCommitter::WriteRecords(storage::records::Transaction& transaction, const Batch& batch,
                                    const tables::CommitOutcome& outcome) const {
  HEALIX_RETURN_IF_ERROR(InsertMarks(transaction, batch.deleted));
  for (const LedgerStep& step : batch.ledger) {
    HEALIX_RETURN_IF_ERROR(SaveToLedger(transaction, step, ingest_));
  }
  for (const QuarantinedRecord& record : batch.quarantine) {
    HEALIX_RETURN_IF_ERROR(SaveQuarantined(transaction, record));
  }
  HEALIX_RETURN_IF_ERROR(SaveReasons(transaction, batch.retried));
  HEALIX_RETURN_IF_ERROR(ResolveQuarantined(transaction, batch.resolved, ingest_));
  HEALIX_RETURN_IF_ERROR(trust::journal::AppendAct(transaction, ActOf(batch, outcome)));
  if (!batch.closing) return {};
  SnapshotsByTable snapshots = snapshots_;
  NoteSnapshots(outcome, snapshots);
  return batch.closing(transaction, snapshots);
}

trust::journal::Act BatchCommitter::ActOf(const Batch& batch,
                                          const tables::CommitOutcome& outcome) const {
  trust::journal::Act act;
  act.id = trust::journal::ActId(parts_.ids.Next().ToString());
  act.kind = act_kind_;
  act.at = parts_.clock.Now();
  act.detail_json = "{\"ingest\":\"" + ingest_.value() + "\"}";
  for (const tables::TableOutcome& table : outcome.tables) {
    act.subjects.push_back({tables::ToString(table.name), table.snapshot_id});
  }
  act.counts["records"] = static_cast<std::int64_t>(batch.record_count);
  act.counts["quarantined"] = static_cast<std::int64_t>(batch.quarantine.size());
  if (act_kind_ != trust::journal::ActKind::kQuarantineRedrive) return act;
  act.counts["resolved"] = static_cast<std::int64_t>(batch.resolved.size());
  act.counts["stayed"] = static_cast<std::int64_t>(batch.retried.size());
  return act;
}

Status BatchCommitter::Commit(Batch batch, const std::function<void()>& on_files_written) {
  if (batch.empty()) return {};
  base::SyncPoint("ingest.batch.begin");
  tables::CommitRequest request;
  HEALIX_TRY(request.views, NewViews(batch));
  HEALIX_TRY(ChangesByTable changes, WriteTables(batch));
  for (auto& [name, change] : changes) request.tables.push_back(std::move(change));
  if (!batch.fhir.empty()) {
    HEALIX_TRY(TableChange change, WriteFhir(FhirTable(), batch.fhir));
    request.tables.push_back(std::move(change));
  }
  if (!batch.objects.empty()) {
    HEALIX_TRY(TableChange change, WriteFhir(ObjectTable(), batch.objects));
    request.tables.push_back(std::move(change));
  }
  on_files_written();
  RunNumber run = 0;
  request.in_transaction = [&](storage::records::Transaction& transaction,
                               const tables::CommitOutcome& outcome) -> Status {
    HEALIX_TRY(run, versions_.Insert(transaction, batch.keys));
    return WriteRecords(transaction, batch, outcome);
  };
  base::SyncPoint("ingest.batch.before_commit");
  HEALIX_TRY(const tables::CommitOutcome outcome, parts_.warehouse.Commit(request));
  base::SyncPoint("ingest.batch.after_commit");
  versions_.NoteCommitted(run);
  NoteSnapshots(outcome, snapshots_);
  return {};
}

}  // namespace healix::lakehouse::ingest
