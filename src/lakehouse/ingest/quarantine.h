// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lists, shows and re-drives records that could not be taken in.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids/strong_id.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "lakehouse/ingest/limits.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

using QuarantineId = base::StrongId<struct QuarantineIdTag, std::int64_t>;

/// Says how much an entry stands for.
enum class QuarantineExtent : std::uint8_t {
  kRecord,  ///< one record or row
  kRest,    ///< all of a file or archive member from `offset` on: reading could not go on
};
std::string_view Name(QuarantineExtent extent);

/// Describes what was kept aside.
struct QuarantineEntry {
  QuarantineId id;
  QuarantineExtent extent = QuarantineExtent::kRecord;
  std::string source;
  std::string kind;          ///< as FileAccount::kind
  std::string file;          ///< with `!member`
  std::string file_sha256;   ///< of the file on disk, as it was read
  std::string member;        ///< inside the archive; "" when it is none
  std::uint64_t offset = 0;  ///< bytes; for Parquet the row in the file
  std::uint64_t length = 0;
  std::optional<std::uint64_t> line;  ///< CSV: from 1
  std::string sha256;                 ///< of the whole record, hexadecimal
  std::string code;                   ///< error name, `JSON_INVALID`: of the last try
  std::string type;                   ///< FHIR type or table, "" when unknown
  IngestId ingest;
  base::Timestamp arrived_at;
  std::string resolved_by;  ///< ingest id of the redrive that took it in; "" while open
};

/// Selects entries; unset members select all.
struct QuarantineFilter {
  std::optional<QuarantineId> id;
  std::optional<std::string> source;
  std::optional<std::string> code;
  enum class State : std::uint8_t { kOpen, kResolved, kAll } state = State::kOpen;
  QuarantineId after{0};  ///< only entries with a higher id
  std::size_t limit = 1000;
};

/// Lists entries, oldest first.
Result<std::vector<QuarantineEntry>> ListQuarantine(const Parts& parts,
                                                    const QuarantineFilter& filter);

/// An entry with the first 64 KiB of the record. PHI: `kept` is what the source sent.
struct QuarantinedRecord {
  QuarantineEntry entry;
  std::string kept;
};

/// Errors   kQuarantineNotFound.
Result<QuarantinedRecord> ShowQuarantine(const Parts& parts, QuarantineId id);

/// Says why an entry stays.
struct RedriveRefusal {
  QuarantineId id;
  Error error;
};

/// What a redrive did.
struct RedriveOutcome {
  static constexpr std::size_t kRefusalsMax = 1000;

  std::uint64_t tried = 0;             ///< entries
  std::uint64_t written = 0;           ///< records, now rows at their original position
  std::uint64_t duplicate = 0;         ///< records: equal content had come in meanwhile
  std::uint64_t kept = 0;              ///< entries that stay
  std::vector<ReceiptId> receipts;     ///< one per transaction that took something in
  std::vector<RedriveRefusal> stayed;  ///< of the first kRefusalsMax entries that stay
};

/// Tries the open entries that `filter` selects again under `limits`; `filter.limit` has no effect.
/// Each transaction holds rows, their entries' new state, the ledger, the act and a receipt of its
/// own, so that a crash loses and doubles nothing.
/// - A record whose bytes were kept whole is judged again from them. Of a larger one the bytes are
///   read from the source file, which must be there unchanged.
/// - A row of FHIR Parquet is composed again from the unchanged file.
/// - The rest of a damaged file is read from where reading stopped. When the file has changed, all
///   of it is read, as a file of its own, unless rows of the earlier content lie in a table of CSV
///   or Parquet rows, where they would stand twice.
/// Errors   kQuarantineNotFound when the filter names one id that is not there; those of a commit.
///          In `stayed`: kRecordTooLarge (the limit is still too low), kInputVanished and
///          kTraceMismatch (the source is gone or has changed), kRecordsConflict (the ingest of the
///          file has not ended), and why the item was refused again.
/// Example  RedriveTest.TakesALargeRecordInAfterTheLimitWasRaised
Result<RedriveOutcome> RedriveQuarantine(const Parts& parts, const QuarantineFilter& filter,
                                         const Limits& limits);

}  // namespace healix::lakehouse::ingest
