// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "lakehouse/ingest/redrive_account_internal.h"
#include "lakehouse/ingest/redrive_files_internal.h"

namespace healix::lakehouse::ingest {
namespace {

LedgerKey KeyOf(const QuarantineEntry& entry) {
  return {entry.source, entry.file_sha256, entry.member};
}

/// Reads one file and, once all of it is read, decides which entries are done with.
class FileRedrive final {
 public:
  FileRedrive(const Parts& parts, const Limits& limits) : parts_(parts) {
    request_.limits = limits;
    retry_.on_file = [this](const LedgerEntry& entry) { Note(entry); };
    retry_.closing = [this](storage::records::Transaction& transaction, const RunResult& result) {
      return Close(transaction, result);
    };
  }

  /// Chooses how to read for each entry; some stay at once.
  Status Choose(const FileIdentity& identity, const std::vector<QuarantineEntry>& entries) {
    for (const QuarantineEntry& entry : entries) {
      if (entry.file_sha256 == identity.sha256) {
        retry_.reopened.emplace(KeyOf(entry), entry);
        continue;
      }
      HEALIX_TRY(const bool would_double, HasTabularRows(entry));
      if (would_double) {
        stayed_.emplace(entry.id, SourceChanged(entry.file));
      } else {
        replaced_.push_back(entry);
      }
    }
    return {};
  }

  Status Read(const InputFile& file) {
    outcome_.stayed = stayed_;
    if (retry_.reopened.empty() && replaced_.empty()) return {};
    base::SyncPoint("ingest.redrive.read");
    IngestRun run(parts_, request_, findings_, &retry_);
    return run.Run({file});
  }

  FileRedriveOutcome TakeOutcome() { return std::move(outcome_); }

 private:
  /// Tells whether rows of the entry's file lie in a table where content is no key.
  Result<bool> HasTabularRows(const QuarantineEntry& entry) {
    if (entry.kind != "csv" && entry.kind != "parquet") return false;
    HEALIX_TRY(const auto found, parts_.records.Read([&](storage::records::Reader& reader) {
      return FindInLedger(reader, KeyOf(entry));
    }));
    return found && Sum(found->account.types).written > 0;
  }

  /// Remembers what became of a file; members that were done before have nothing new.
  void Note(const LedgerEntry& entry) {
    const FileAccount fresh = NewSince(entry);
    const bool is_new = Sum(fresh.types).found() > 0 || fresh.bytes.total() > 0;
    if (!is_new && !retry_.reopened.contains(entry.key) && entry.account.error.empty()) return;
    read_.push_back({entry.key, entry.account.file, entry.untold_by, entry.account.error.empty()});
    sums_.Add(fresh);
    files_.Append(fresh);
  }

  Status Close(storage::records::Transaction& transaction, const RunResult& result) {
    outcome_.stayed = stayed_;
    std::vector<QuarantineId> resolved;
    for (const auto& [key, entry] : retry_.reopened) {
      const bool is_overcome = std::any_of(
          read_.begin(), read_.end(),
          [&, &key = key](const ReadFile& read) { return read.key == key && read.is_good; });
      Decide(entry, is_overcome, resolved);
    }
    for (const QuarantineEntry& entry : replaced_) Decide(entry, IsReplaced(entry), resolved);
    HEALIX_RETURN_IF_ERROR(ResolveQuarantined(transaction, resolved, result.ingest));
    base::SyncPoint("ingest.redrive.in_commit");
    outcome_.counts = sums_.totals;
    if (resolved.empty() && sums_.totals.written + sums_.totals.duplicate == 0) {
      return LeaveUntold(transaction);
    }
    Receipt receipt = DraftReceipt(parts_, {result.ingest, result.started_at, sums_, files_,
                                            result.ignored, result.snapshots});
    receipt.id = receipt_id_;
    outcome_.receipt = receipt.id;
    Sign(parts_, receipt);
    return StoreReceipt(transaction, receipt);
  }

  Status LeaveUntold(storage::records::Transaction& transaction) const {
    for (const ReadFile& read : read_) {
      HEALIX_RETURN_IF_ERROR(LeaveTellingTo(transaction, read.key, read.untold_by));
    }
    return {};
  }

  void Decide(const QuarantineEntry& entry, bool is_overcome, std::vector<QuarantineId>& resolved) {
    if (is_overcome) {
      resolved.push_back(entry.id);
      return;
    }
    Error error = MakeError(ErrorCode::kArchiveInvalid, "the file is still damaged");
    for (const Finding& finding : findings_.kept()) {
      if (finding.position.file != entry.file) continue;
      error = MakeError(finding.code, "reading stops here still: fetch the file again")
                  .At(finding.position);
    }
    outcome_.stayed.insert_or_assign(entry.id, error);
  }

  /// A changed file replaces what it was when its place (for an archive: all of it) reads well.
  bool IsReplaced(const QuarantineEntry& entry) const {
    const auto is_good = [](const ReadFile& read) { return read.is_good; };
    const auto at = std::find_if(read_.begin(), read_.end(),
                                 [&](const ReadFile& read) { return read.file == entry.file; });
    if (at != read_.end()) return is_good(*at);
    return std::all_of(read_.begin(), read_.end(), is_good);
  }

  /// A file or member that was read, or found to be done.
  struct ReadFile {
    LedgerKey key;
    std::string file;
    std::optional<IngestId> untold_by;  ///< before
    bool is_good = false;
  };

  const Parts& parts_;
  const ReceiptId receipt_id_{parts_.ids.Next().ToString()};
  IngestRequest request_;
  Findings findings_;
  FileRetry retry_;
  std::vector<QuarantineEntry> replaced_;  ///< their file holds something else now
  std::map<QuarantineId, Error> stayed_;   ///< before anything is read
  std::vector<ReadFile> read_;
  FileSums sums_;
  FileAccounts files_;
  FileRedriveOutcome outcome_;
};

}  // namespace

Error SourceGone(const std::string& path) {
  return MakeError(ErrorCode::kInputVanished, "{} is gone: put it back, then redrive",
                   SafePath(path));
}

Error SourceChanged(const std::string& path) {
  return MakeError(ErrorCode::kTraceMismatch,
                   "{} has changed: restore it and redrive, or take the new file in by an ingest",
                   SafePath(path));
}

Result<FileRedriveOutcome> RedriveFile(const Parts& parts, const Limits& limits,
                                       const std::string& path,
                                       const std::vector<QuarantineEntry>& entries) {
  FileRedrive redrive(parts, limits);
  Status done;
  const auto identity = IdentifyFile(parts.files, path);
  if (identity) {
    HEALIX_RETURN_IF_ERROR(redrive.Choose(*identity, entries));
    done = redrive.Read({path, entries.front().source, identity->size_bytes, "", {}});
  } else {
    done = identity.error();
  }
  FileRedriveOutcome outcome = redrive.TakeOutcome();
  if (done) return outcome;
  const ErrorCode code = done.error().code();
  const bool is_gone = code == ErrorCode::kInputVanished;
  // A folder, a pipe, or what may not be read: an ingest tells when it has changed.
  const bool is_no_file =
      !identity && (code == ErrorCode::kUnsupported || code == ErrorCode::kPermissionDenied);
  if (!is_gone && !is_no_file) return done.error();
  outcome = {};
  const Error why = is_gone ? SourceGone(path) : done.error();
  for (const QuarantineEntry& entry : entries) outcome.stayed.emplace(entry.id, why);
  return outcome;
}

}  // namespace healix::lakehouse::ingest
