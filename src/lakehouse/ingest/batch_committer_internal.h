// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes a batch visible: writes its files, then commits tables and records together.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/parquet_write.h"
#include "lakehouse/ingest/batch_internal.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/table_snapshot.h"

namespace healix::lakehouse::ingest {

/// Commits batches one after the other. After an error the batch is not visible (or, when the
/// transaction itself failed unclearly, wholly visible): the ledger tells.
/// Threads  one at a time.
/// Errors   kRecordsConflict when another ingest took in the same records or file, kDiskFull, and
///          those of Warehouse::Commit.
/// Example  IngestTest.TakesInAnNdjsonFileAndSignsAReceipt
class BatchCommitter final {
 public:
  BatchCommitter(const Parts& parts, IngestId ingest) : parts_(parts), ingest_(std::move(ingest)) {}

  Status Commit(Batch batch);

  /// Returns the newest snapshot of every table that was appended to.
  const std::map<std::string, std::int64_t>& snapshots() const { return snapshots_; }

 private:
  using ChangesByTable = std::map<tables::TableName, tables::TableChange>;
  Result<tables::TableSnapshot> LoadOrCreate(const tables::TableName& table,
                                             const iceberg::Schema& columns);
  Result<tables::TableSnapshot> WithColumns(tables::TableSnapshot snapshot,
                                            const iceberg::Schema& columns);
  Result<tables::TableChange> WriteFhir(std::map<FhirPartition, RowBuffer>& rows);
  Result<ChangesByTable> WriteTables(Batch& batch);
  Status WriteTable(const tables::TableName& table, const iceberg::Schema& columns,
                    engine::WriteSource source, ChangesByTable& changes);
  Result<std::vector<tables::ViewChange>> NewViews(const std::map<FhirPartition, RowBuffer>& rows);
  Status WriteRecords(storage::records::Transaction& transaction, const Batch& batch,
                      const tables::CommitOutcome& outcome) const;

  const Parts& parts_;
  const IngestId ingest_;
  std::set<std::string> types_with_view_;
  std::map<std::string, std::int64_t> snapshots_;
};

}  // namespace healix::lakehouse::ingest
