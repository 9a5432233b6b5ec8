// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says, signed, what became of every record and byte of an ingest; keeps and verifies it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids/strong_id.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "lakehouse/ingest/counts.h"
#include "lakehouse/ingest/file_accounts.h"
#include "lakehouse/ingest/parts.h"

namespace healix::lakehouse::ingest {

using IngestId = base::StrongId<struct IngestIdTag>;
using ReceiptId = base::StrongId<struct ReceiptIdTag>;

/// Names a file that was found but not read, and by which rule.
struct IgnoredFile {
  std::string file;
  std::string rule;  ///< `macos-side-file`, `unknown-kind`, `bulk-export-manifest` …
  std::string sha256;
  std::uint64_t size_bytes = 0;
};

/// How the run that a receipt tells of ended.
enum class RunStatus : std::uint8_t {
  kComplete,
  kInterrupted,  ///< killed, cancelled or stopped: of its input only what was committed is told
};
/// As it stands in receipts: `complete`, `interrupted`.
std::string_view Name(RunStatus status);

/// One ingest, accounted for. `json` is what was signed, byte for byte; the other members are read
/// from it, the sums over `files` as they stand there. The form is docs/receipts.md.
struct Receipt : FileSums {
  ReceiptId id;
  IngestId ingest;
  RunStatus status = RunStatus::kComplete;
  std::string program;  ///< `healix 0.1.0`
  base::Timestamp started_at;
  base::Timestamp finished_at;
  FileAccounts files;
  std::vector<IgnoredFile> ignored;
  std::map<std::string, std::int64_t> snapshots;  ///< `raw.fhir` -> snapshot id
  std::string json;
  std::string public_key;  ///< Ed25519, base64url; "" in a dry run
  std::string signature;   ///< base64url; "" in a dry run
};

/// One line of `receipt list`.
struct ReceiptLine {
  ReceiptId id;
  base::Timestamp finished_at;
  RecordCounts totals;
  std::uint64_t bytes = 0;
};

/// Says what Verify() looked at.
struct Verification {
  std::uint64_t files = 0;
  std::uint64_t rows = 0;         ///< rows read in the tables
  std::uint64_t quarantined = 0;  ///< items found in quarantine
};

/// Lists receipts, newest first, at most `limit`.
Result<std::vector<ReceiptLine>> ListReceipts(const Parts& parts, std::size_t limit);

/// Reads one receipt. Errors kReceiptNotFound.
Result<Receipt> ShowReceipt(const Parts& parts, const ReceiptId& id);

/// Checks the document (signature, id, sums, what lists show), what lies in quarantine, and each
/// row: docs/receipts.md says what that proves. Reads all rows, in bounded memory.
/// Errors   kReceiptNotFound, kSignatureInvalid, kReceiptMismatch, kRecordsDamaged; those of the
///          engine when a data file can't be read.
/// Example  ReceiptVerifyTest.FindsRowsThatWereChanged
Result<Verification> VerifyReceipt(const Parts& parts, const ReceiptId& id);

/// Returns the JSON of `healix ingest --json`: found, written, duplicate, quarantined, bytes and
/// receipt at its top, then types, files, ignored, reasons.
std::string SummaryJson(const Receipt& receipt);

/// Returns the document that a recipient can check without healix: {"key": …, "receipt": …,
/// "signature": …}, where `receipt` is the signed text as one JSON string (docs/receipts.md).
std::string SignedJson(const Receipt& receipt);

}  // namespace healix::lakehouse::ingest
