// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lists, shows and re-drives records that could not be taken in.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids/strong_id.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "lakehouse/ingest/limits.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

using QuarantineId = base::StrongId<struct QuarantineIdTag, std::int64_t>;

/// Describes one record that was kept aside.
struct QuarantineEntry {
  QuarantineId id;
  std::string source;
  std::string kind;  ///< as FileAccount::kind
  std::string file;  ///< with `!member`
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::optional<std::uint64_t> line;  ///< CSV: from 1
  std::string sha256;                 ///< of the whole record, hexadecimal
  std::string code;                   ///< error name, `JSON_INVALID`
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

/// What a redrive did.
struct RedriveOutcome {
  std::uint64_t tried = 0;
  std::uint64_t written = 0;    ///< now rows, at their original position
  std::uint64_t duplicate = 0;  ///< equal content had come in meanwhile
  std::uint64_t kept = 0;       ///< still refused, or the source file has changed
  ReceiptId receipt;            ///< of what was written; "" when nothing was
};

/// Tries the open entries that `filter` selects again under `limits`. Records of which only the
/// first part was kept are read again from the source file and must have the same hash. Rows of
/// tables (CSV, Parquet) stay: correct the file and take it in again.
/// Errors   kQuarantineNotFound when the filter names one id that is not there; those of a commit.
/// Example  QuarantineTest.RedrivesALargeRecordAfterTheLimitWasRaised
Result<RedriveOutcome> RedriveQuarantine(const Parts& parts, const QuarantineFilter& filter,
                                         const Limits& limits);

}  // namespace healix::lakehouse::ingest
