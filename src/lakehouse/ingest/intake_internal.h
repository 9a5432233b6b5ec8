// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns records into the rows of a batch: names, hashes, drops duplicates, counts.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/findings.h"
#include "base/time/clock.h"
#include "formats/csv/csv_reader.h"
#include "formats/fhir/fhir_cutter.h"
#include "lakehouse/ingest/batch_internal.h"
#include "lakehouse/ingest/deletions_internal.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/version_key_set_internal.h"

namespace healix::lakehouse::ingest {

/// One file or member while it is read. `entry` grows with each item.
struct FileWork {
  LedgerEntry entry;
  std::uint64_t items_saved = 0;  ///< where the last batch ended
  /// Whether the source had no record before this ingest: what is new need not be looked up.
  enum class Source : std::uint8_t { kKnown, kNew } source = Source::kKnown;
};

/// One version of a FHIR record as it is to become a row. Views live until the call returns.
struct VersionRow {
  VersionKey key;
  std::string_view resource_type;
  std::string_view id;
  std::string_view version_id;
  std::optional<base::Timestamp> last_updated;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string_view hash;    ///< SHA-256 of the bytes, hexadecimal
  std::string_view format;  ///< `json`, `xml`, `parquet`; of the program, not of the record
  enum class Kind : std::uint8_t {
    kVersion,
    kTombstone,         ///< a deletion at a time
    kTimelessTombstone  ///< a deletion of what is there when it arrives; its key is given then
  } kind = Kind::kVersion;
  std::string_view full_url;
  std::string_view request_method;
  std::string_view if_none_exist;
  std::string_view resource;
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

/// Gathers one batch after the other. A record that can't be stored yet is a row at once; others
/// wait until some thousands are looked up together, then each is a row or counted as a duplicate.
/// Owns     the batch under construction and the files that are read to their end in it; borrows
///          store, clock and findings.
/// Threads  one at a time.
/// Errors   those of the store.
/// Example  IngestTest.EqualContentInAnotherFileOrOrderIsADuplicate
class Intake final {
 public:
  Intake(const Parts& parts, IntakeOptions options, Findings& findings);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// `work` must stay where it is until the batch is taken; Close() takes care of that.
  Status AddFhir(FileWork& work, const formats::fhir::FhirRecord& record);
  Status AddVersion(FileWork& work, const VersionRow& row);
  void AddCsvRow(FileWork& work, const TabularShape& shape, const formats::csv::CsvRow& row);
  /// Adds all rows of a Parquet file at once.
  void AddTable(FileWork& work, const tables::TableName& table, const engine::ParquetInfo& info);
  void AddEnvelope(FileWork& work, const EnvelopePiece& piece);
  void AddQuarantined(FileWork& work, QuarantinedRecord record);
  /// The same, with a finding at its place.
  void Reject(FileWork& work, QuarantinedRecord record, ErrorCode code);

  /// Notes that the batch answers what an open quarantine entry lacked.
  void Resolve(const QuarantineId& id) { batch_.resolved.push_back(id); }

  /// Says why records could not be decided, once that happened: the store failed, not the input.
  const Status& status() const { return status_; }
  bool IsFull() const;
  bool IsHalfFull() const;
  std::uint64_t records_seen() const { return records_seen_; }
  base::Timestamp arrived_at() const { return arrived_at_; }

  /// Decides all pending records and notes how far `work` is, in the batch.
  Status NoteProgress(FileWork& work);
  /// Takes over a file that is read to its end; it is noted when the batch is taken.
  void Close(std::unique_ptr<FileWork> work);
  /// Decides all pending records, gives the batch away and begins a new one. The batch given away
  /// before must be committed.
  Result<Batch> TakeBatch();

 private:
  /// A version that is not decided yet: new or duplicate.
  struct Pending;

  Status AddResource(FileWork& work, const formats::fhir::FhirRecord& record);
  void AddRejected(FileWork& work, const formats::fhir::FhirRecord& record);
  Status Settle();
  Status DecidePending();
  Status DecideVersion(const Pending& pending, const VersionKeySet& stored);
  Status DecideDeletion(const Pending& pending);
  bool IsKnown(const VersionKey& key, const VersionKeySet& stored) const;
  Result<bool> MustNotReplace(const VersionRow& row) const;
  void Take(FileWork& work, const VersionRow& row);
  void AddRow(const FileWork& work, const VersionRow& row);
  /// What stands in the columns `resource` and `object`; "" is NULL.
  struct StoredResource {
    std::string_view bytes;
    std::string_view object;
  };
  void AddFhirRow(RowBuffer& rows, const FileWork& work, const VersionRow& row,
                  const StoredResource& stored) const;
  void NoteStep(FileWork& work);
  void NoteWriter(FileWork& work);

  const Parts& parts_;
  const IntakeOptions options_;
  Findings& findings_;
  base::Timestamp arrived_at_;
  Batch batch_;
  std::vector<std::unique_ptr<FileWork>> closed_;
  std::vector<Pending> pending_;
  std::uint64_t pending_bytes_ = 0;
  SeenRecords seen_;  ///< of sources that are new
  /// Keys that are not in the store yet: of this batch, and of the one that is being committed.
  VersionKeySet keys_;
  VersionKeySet keys_in_flight_;
  Deletions deletions_;
  std::uint64_t records_seen_ = 0;
  Status status_;
};

/// Makes the quarantine entry of a rejected range; `kept` is cut to the limit.
QuarantinedRecord Quarantined(const formats::Rejection& rejection, std::string_view head,
                              const Limits& limits);

}  // namespace healix::lakehouse::ingest
