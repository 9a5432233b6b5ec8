// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes a batch visible: writes its files, then commits tables and records together.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/parquet_write.h"
#include "lakehouse/ingest/batch_internal.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/version_index_internal.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/table_snapshot.h"
#include "trust/journal/act.h"

namespace healix::lakehouse::ingest {

/// Commits batches one after the other. After an error the batch is not visible (or, when the
/// transaction itself failed unclearly, wholly visible): the ledger tells.
/// Threads  one at a time.
/// Errors   kRecordsConflict when another ingest took in the same records or file, kDiskFull, and
///          those of Warehouse::Commit.
/// Example  IngestTest.TakesInAnNdjsonFileAndSignsAReceipt
class BatchCommitter final {
 public:
  BatchCommitter(const Parts& parts, IngestId ingest,
                 trust::journal::ActKind act_kind = trust::journal::ActKind::kIngestBatch)
      : parts_(parts), ingest_(std::move(ingest)), act_kind_(act_kind) {}

  /// Calls `on_files_written` once the rows are in files and not in memory any more.
  Status Commit(
      Batch batch, const std::function<void()>& on_files_written = [] {});

  /// Returns the newest snapshot of every table that was appended to.
  const SnapshotsByTable& snapshots() const { return snapshots_; }

 private:
  using ChangesByTable = std::map<tables::TableName, tables::TableChange>;
  Result<tables::TableSnapshot> LoadOrCreate(const tables::TableName& table,
                                             const iceberg::Schema& columns);
  Result<tables::TableSnapshot> WithColumns(tables::TableSnapshot snapshot,
                                            const iceberg::Schema& columns);
  Result<tables::TableChange> WriteFhir(const tables::TableName& table,
                                        std::map<FhirPartition, RowBuffer>& rows);
  Result<ChangesByTable> WriteTables(Batch& batch);
  Status WriteTable(const tables::TableName& table, const iceberg::Schema& columns,
                    engine::WriteSource source, ChangesByTable& changes);
  /// Returns the views that the types of a batch lack, or that do not show all of its records.
  Result<std::vector<tables::ViewChange>> NewViews(const Batch& batch);
  Status WriteRecords(storage::records::Transaction& transaction, const Batch& batch,
                      const tables::CommitOutcome& outcome) const;
  trust::journal::Act ActOf(const Batch& batch, const tables::CommitOutcome& outcome) const;

  const Parts& parts_;
  const IngestId ingest_;
  const trust::journal::ActKind act_kind_;
  std::map<tables::TableName, TypeViewContent> type_views_;  ///< what each at least shows
  SnapshotsByTable snapshots_;
  VersionWriter versions_;
};

}  // namespace healix::lakehouse::ingest
