// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns records into the rows of a batch: names, hashes, drops duplicates, counts.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/findings.h"
#include "base/time/clock.h"
#include "formats/csv/csv_reader.h"
#include "formats/fhir/fhir_cutter.h"
#include "lakehouse/ingest/batch_internal.h"
#include "lakehouse/ingest/ingest.h"

namespace healix::lakehouse::ingest {

/// One file or member while it is read. `entry` grows with each item.
struct FileWork {
  LedgerEntry entry;
  std::uint64_t items_saved = 0;  ///< where the last batch ended
};

/// A FHIR record that is not decided yet: new or duplicate.
struct PendingRecord {
  FileWork* work = nullptr;
  VersionKey key;
  std::string resource_type;
  std::string id;
  std::string version_id;
  std::optional<base::Timestamp> last_updated;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string hash;    ///< SHA-256 of the bytes, hexadecimal
  std::string format;  ///< `json`, `xml`, `parquet`
  enum class Kind : std::uint8_t { kVersion, kTombstone } kind = Kind::kVersion;
  std::string full_url;
  std::string request_method;
  std::string if_none_exist;
  std::string resource;
};

/// A part of what holds records together.
struct EnvelopePiece {
  std::uint64_t offset = 0;
  std::uint64_t part = 0;
  std::string_view kind;  ///< `bundle`, `csv-header`
  std::string_view text;
};

struct IntakeOptions {
  IngestId ingest;
  Limits limits;
  /// kCheck: keys of all records seen stay in memory, as nothing is stored.
  IngestRequest::Mode mode = IngestRequest::Mode::kWrite;
};

/// Gathers one batch after the other. Records wait until some thousands are looked up together;
/// then each is a row, or counted as a duplicate.
/// Owns     the batch under construction; borrows store, clock and findings.
/// Threads  one at a time.
/// Errors   those of the store.
/// Example  IngestTest.EqualContentInAnotherFileOrOrderIsADuplicate
class Intake final {
 public:
  Intake(const Parts& parts, IntakeOptions options, Findings& findings);

  Status AddFhir(FileWork& work, const formats::fhir::FhirRecord& record);
  Status AddVersion(PendingRecord record);
  void AddCsvRow(FileWork& work, const TabularShape& shape, const formats::csv::CsvRow& row);
  /// Adds all rows of a Parquet file at once.
  void AddTable(FileWork& work, const tables::TableName& table, const engine::ParquetInfo& info);
  void AddEnvelope(FileWork& work, const EnvelopePiece& piece);
  void AddQuarantined(FileWork& work, QuarantinedRecord record);

  /// Says why records could not be decided, once that happened: the store failed, not the input.
  const Status& status() const { return status_; }
  bool IsFull() const;
  std::uint64_t records_seen() const { return records_seen_; }
  base::Timestamp arrived_at() const { return arrived_at_; }

  /// Decides all pending records.
  Status Settle();
  /// Decides all pending records and notes how far `work` is, in the batch.
  Status NoteProgress(FileWork& work);
  /// Gives the batch away and begins a new one. The batch given away before must be committed.
  Batch TakeBatch();

 private:
  Status DecidePending();
  bool IsKnown(const PendingRecord& record, const VersionKeySet& stored) const;
  Result<bool> MustNotReplace(const PendingRecord& record) const;
  void AddRow(const PendingRecord& record);
  void NoteWriter(FileWork& work);

  const Parts& parts_;
  const IntakeOptions options_;
  Findings& findings_;
  base::Timestamp arrived_at_;
  Batch batch_;
  std::vector<PendingRecord> pending_;
  std::uint64_t pending_bytes_ = 0;
  /// Keys that are not in the store yet: of this batch, and of the one that is being committed.
  /// Those of `records_` have an empty second half.
  VersionKeySet keys_;
  VersionKeySet records_;
  VersionKeySet keys_in_flight_;
  VersionKeySet records_in_flight_;
  std::uint64_t records_seen_ = 0;
  Status status_;
};

/// Makes the quarantine entry of a rejected range; `kept` is cut to the limit.
QuarantinedRecord Quarantined(const formats::Rejection& rejection, std::string_view head,
                              const Limits& limits);

}  // namespace healix::lakehouse::ingest
