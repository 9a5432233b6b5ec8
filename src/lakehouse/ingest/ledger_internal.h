// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Remembers what of which file is done, so that a killed ingest goes on behind it.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/receipt.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Brings the tables of the concern `ingest` up to date; cheap when they are.
Status MigrateIngest(storage::records::Store& records);

/// Names the content of a file, wherever it lies.
struct LedgerKey {
  std::string source;
  std::string sha256;  ///< of the file on disk
  std::string member;  ///< inside the archive; "" when it is none
  auto operator<=>(const LedgerKey&) const = default;
};

/// Says what of one file or member is committed.
struct LedgerEntry {
  LedgerKey key;
  FileAccount account;           ///< all that was ever committed of it
  std::uint64_t items_done = 0;  ///< records, envelope pieces and rejections, in source order
  bool is_complete = false;
  /// `account` as it stood in the last receipt; none while no receipt tells of it. What came later
  /// is written, what stood in a receipt is a duplicate when it is found again.
  std::optional<FileAccount> receipted;
  /// The run whose receipt is to tell of `account` as it stands; none when a receipt does.
  std::optional<IngestId> untold_by;
};

/// An entry to be written, and where it stood before (0 items: nowhere, or at its start).
struct LedgerStep {
  LedgerEntry entry;
  std::uint64_t items_before = 0;
};

/// Finds an entry.
Result<std::optional<LedgerEntry>> FindInLedger(storage::records::Reader& reader,
                                                const LedgerKey& key);

/// Calls `each` with every entry of which the receipt of `ingest` is to tell, by file.
Status EachLeftTo(storage::records::Reader& reader, const IngestId& ingest,
                  const std::function<void(const LedgerEntry&)>& each);

/// Writes an entry, which the receipt of `ingest` is to tell of.
/// Errors   kRecordsConflict when another ingest has moved it.
Status SaveToLedger(storage::records::Transaction& transaction, const LedgerStep& step,
                    const IngestId& ingest);

/// Notes that the receipt of `ingest` tells of all that was left to it, as it stands.
Status MarkToldBy(storage::records::Transaction& transaction, const IngestId& ingest);

/// Leaves it to an earlier run to tell of an entry, to none when a receipt does.
Status LeaveTellingTo(storage::records::Transaction& transaction, const LedgerKey& key,
                      const std::optional<IngestId>& untold_by);

/// Tells whether anything of a source was ever taken in.
Result<bool> IsSourceKnown(storage::records::Reader& reader, const std::string& source);

/// Returns what a receipt says of an entry now: what stood in an earlier one has become duplicate.
FileAccount AccountForReceipt(const LedgerEntry& entry);

/// Notes that an ingest has begun, or how it ended.
struct RunNote {
  IngestId id;
  std::string program;
  std::string state;  ///< `running`, `done`, `stopped`
  base::Timestamp at;
};
Status SaveRun(storage::records::Transaction& transaction, const RunNote& note);

/// A run whose receipt is missing.
struct UntoldRun {
  IngestId id;
  std::optional<base::Timestamp> noted_at;
};

/// Returns the runs that some entry is left to, oldest first.
Result<std::vector<UntoldRun>> UntoldRuns(storage::records::Reader& reader);

}  // namespace healix::lakehouse::ingest
