// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Drives one ingest from the first file to the last commit.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "formats/archive/input_members.h"
#include "lakehouse/ingest/background_committer_internal.h"
#include "lakehouse/ingest/identify_ahead_internal.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/intake_internal.h"
#include "lakehouse/ingest/superseded_internal.h"

namespace healix::lakehouse::ingest {

/// What a run has found, for the receipt.
struct RunResult {
  IngestId ingest;
  base::Timestamp started_at;
  FileSums sums;
  FileAccounts files;
  std::vector<IgnoredFile> ignored;
  SnapshotsByTable snapshots;

  /// Adds what the receipt says of an entry; its counts are final.
  void Account(const LedgerEntry& entry);
};

/// Makes a run a redrive of damaged files.
struct FileRetry {
  std::map<LedgerKey, QuarantineEntry> reopened;  ///< read again from where reading stopped
  /// Is told of each file when it is read; its counts are final.
  std::function<void(const LedgerEntry&)> on_file;
  /// Runs in the last batch's transaction, when all is read.
  std::function<Status(storage::records::Transaction&, const RunResult&)> closing;
};

/// Reads files one after the other; batches are committed in the background.
/// Owns     intake and committer of one ingest. Used once.
/// Threads  one; it starts one more for the commits.
class IngestRun final {
 public:
  /// `retry` outlives the run.
  IngestRun(const Parts& parts, const IngestRequest& request, Findings& findings,
            const FileRetry* retry = nullptr);

  const IngestId& id() const { return result_.ingest; }
  /// Takes everything in. An error is why it stopped early; what was committed stays.
  Status Run(const std::vector<InputFile>& files);
  /// Returns what was found; after an error of Run() also what was not committed any more: then
  /// CommittedBy() knows better.
  RunResult TakeResult();

 private:
  using WorkPointer = std::unique_ptr<FileWork>;
  /// The file on disk that is being read.
  struct OpenFile {
    const InputFile& input;
    const FileIdentity& identity;
    std::string place;  ///< as it stands in receipts
  };
  /// `next` is what is taken after it, nullptr for nothing.
  Status TakeFile(const InputFile& input, const InputFile* next);
  /// Puts what can't be opened into quarantine, by its place, as it has no content to be known by.
  Status TakeUnopened(const InputFile& input, const Error& error);
  Status TakeMembers(const OpenFile& file);
  Status OvercomeDamage(const OpenFile& file);
  Status TakeMember(const OpenFile& file, const formats::archive::Member& member);
  Status TakeRejected(const OpenFile& file, const formats::archive::Member& member);
  Status TakeUnreadable(WorkPointer work, const Error& error, PeekedStream& stream);
  Status TakeContent(WorkPointer work, InputKind kind, PeekedStream& stream);
  /// `stream` is what `source` reads, if it has bytes per item.
  Status TakeItems(WorkPointer work, ItemSource& source, PeekedStream* stream);
  Status TakeParquet(const OpenFile& file);
  Status TakeTable(WorkPointer work, const engine::ParquetInfo& info);
  /// Finds what would make the commit of all neighbours fail: columns that fit no table, or not
  /// this one, and damaged pages.
  Status CheckTable(const tables::TableName& table, const engine::ParquetInfo& info);
  /// Puts what is in no class of a damaged file's `bytes_read` into quarantine, as one item.
  void TakeDamage(FileWork& work, const Error& error, std::uint64_t bytes_read);
  Status Finish(WorkPointer work);
  /// Resolves, with the batch at hand, entries that are answered; a redrive decides on files
  /// itself.
  void Resolve(const std::vector<QuarantineEntry>& answered);
  Result<WorkPointer> OpenWork(const OpenFile& file, const std::string& member,
                               const std::string& place);
  Result<std::optional<LedgerEntry>> FindEntry(const LedgerKey& key);
  Result<bool> IsNew(const std::string& source);
  Status PushBatch();
  Status PushLastBatch();
  Status Push(InBatch closing);
  void Account(const LedgerEntry& entry);
  bool IsCancelled() const;
  void Report(std::uint64_t file_bytes_done);

  const Parts& parts_;
  const IngestRequest& request_;
  Findings& findings_;
  const FileRetry* const retry_;
  RunResult result_;
  Intake intake_;
  BatchCommitter committer_;
  BackgroundCommitter background_;
  IdentifyAhead ahead_;
  /// Types of columns that Parquet files of this run brought to tables that may not be committed.
  std::map<tables::TableName, std::map<std::string, iceberg::TypeId>> copied_columns_;
  std::optional<Superseded> superseded_;  ///< kWrite: once Run() has begun
  Progress progress_;
  std::map<std::string, bool> is_new_by_source_;
  /// Files that are closed and not committed: in the batch at hand, and in the one before.
  std::unordered_set<std::string> closed_;
  std::unordered_set<std::string> committing_;
  std::map<LedgerKey, LedgerEntry> checked_;  ///< kCheck: files read to their end
  std::uint64_t file_bytes_max_ = 0;          ///< size on disk of the file that is read
};

}  // namespace healix::lakehouse::ingest
