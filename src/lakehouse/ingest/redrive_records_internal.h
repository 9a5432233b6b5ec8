// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Takes quarantined records in that pass now, all of them in one transaction.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lakehouse/ingest/batch_committer_internal.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/parquet_source_internal.h"

namespace healix::lakehouse::ingest {

/// What one transaction of a redrive took in.
struct RedriveStep {
  RecordCounts counts;
  ReceiptId receipt;  ///< "" when nothing passed
};

/// Judges records one by one, gathers what passes, and commits rows, entries, ledger, act and
/// receipt together. Used for one transaction.
/// Threads  one at a time.
/// Errors   those of the store, the warehouse and (where named) of the record, which then stays.
class RecordRedrive final {
 public:
  RecordRedrive(const Parts& parts, const Limits& limits);

  /// Tries a record of FHIR JSON, FHIR XML or CSV, whose bytes are `text`. Returns why it stays.
  Result<std::optional<Error>> TakeText(const QuarantineEntry& entry, const std::string& text);
  /// Tries a row of FHIR Parquet.
  Result<std::optional<Error>> TakeRow(const QuarantineEntry& entry, std::string_view type,
                                       const ComposedRow& row);

  bool IsFull() const { return intake_.IsFull() || retried_.size() >= kRetriedMax; }
  /// Commits what was gathered. Not to be used afterwards.
  Result<RedriveStep> Commit();

 private:
  static constexpr std::size_t kRetriedMax = 10'000;

  /// Finds or opens the file of an entry. Errors kRecordsConflict when its ingest has not ended.
  Result<FileWork*> WorkFor(const QuarantineEntry& entry);
  Result<std::optional<Error>> TakeFhir(FileWork& work, const QuarantineEntry& entry,
                                        const std::string& text);
  Result<std::optional<Error>> TakeCsvRow(FileWork& work, const QuarantineEntry& entry,
                                          const std::string& text);
  Result<std::optional<std::string>> HeaderOf(const QuarantineEntry& entry);
  /// Counts what became of an entry, and has its new state committed.
  void Settle(FileWork& work, const QuarantineEntry& entry, const std::optional<Error>& fault);
  Receipt Draft() const;
  Status Close(storage::records::Transaction& transaction, Receipt receipt) const;

  const Parts& parts_;
  const Limits limits_;
  const IngestId ingest_;
  const base::Timestamp started_at_;
  Findings findings_;  ///< of records that were taken in: nobody asks for them
  Intake intake_;
  BatchCommitter committer_;
  std::map<LedgerKey, FileWork> works_;
  std::map<std::string, std::string> headers_;  ///< of CSV files, by source and place
  std::vector<QuarantineId> resolved_;
  std::vector<RetriedEntry> retried_;
};

}  // namespace healix::lakehouse::ingest
