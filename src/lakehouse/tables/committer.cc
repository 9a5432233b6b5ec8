// SPDX-License-Identifier: Apache-2.0
#include "base/io/sync_points.h"
#include "lakehouse/tables/catalog_rows_internal.h"
#include "lakehouse/tables/committer_internal.h"
#include "lakehouse/tables/expired_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

using storage::records::Reader;
using storage::records::Transaction;

bool Creates(const TableChange& change) {
  return !change.operations.empty() && std::holds_alternative<CreateTable>(change.operations[0]);
}

Status CheckRequest(const CommitRequest& request) {
  std::set<TableName> names;
  for (const TableChange& change : request.tables) {
    HEALIX_RETURN_IF_ERROR(Validate(change.table));
    if (!names.insert(change.table).second) {
      return MakeError(ErrorCode::kInvalidArgument, "{} stands twice in one commit",
                       SafeName(ToString(change.table)));
    }
    if (!change.base && !Creates(change)) {
      return MakeError(ErrorCode::kInvalidArgument, "the change of {} has no base",
                       SafeName(ToString(change.table)));
    }
  }
  for (const ViewChange& change : request.views) {
    HEALIX_RETURN_IF_ERROR(Validate(change.view.name));
  }
  return {};
}

std::set<std::string> NamesToLock(const CommitRequest& request) {
  std::set<std::string> names;
  for (const TableChange& change : request.tables) names.insert(ToString(change.table));
  return names;
}

TableOutcome OutcomeOf(const PreparedTable& prepared) {
  TableOutcome outcome;
  outcome.uuid = prepared.to.uuid;
  outcome.name = prepared.to.name;
  outcome.version = prepared.to.version;
  outcome.metadata_location = prepared.to.metadata_location;
  outcome.snapshot_id = prepared.new_state->metadata.current_snapshot_id;
  outcome.snapshots_expired = prepared.expired.size();
  outcome.delete_files_removed = prepared.delete_files_removed;
  return outcome;
}

/// Moves the pointer of one table and notes its events.
Status PublishTable(Transaction& transaction, const PreparedTable& prepared) {
  HEALIX_RETURN_IF_ERROR(prepared.from ? SwapTable(transaction, *prepared.from, prepared.to)
                                       : InsertTable(transaction, prepared.to));
  for (const TableEvent& event : prepared.events) {
    HEALIX_RETURN_IF_ERROR(InsertEvent(transaction, event));
  }
  return {};
}

}  // namespace

/// One run of a commit: what it would publish.
struct Committer::Attempt {
  std::vector<PreparedTable> tables;
  CommitOutcome outcome;
};

Result<CommitOutcome> Committer::Commit(const CommitRequest& request) {
  HEALIX_RETURN_IF_ERROR(CheckRequest(request));
  const KeyedLocks::Held held = locks_.Lock(NamesToLock(request));
  for (int run = 1; run <= parts_.options.commit_attempts_max; ++run) {
    base::SyncPoint("tables.commit.before_manifest");
    HEALIX_TRY(Attempt attempt, Prepare(request));
    if (const Status written = Write(attempt); !written) {
      Discard(attempt);
      return written.error();
    }
    HEALIX_TRY(const Verdict verdict, Publish(request, attempt));
    if (verdict == Verdict::kCommitted) {
      base::SyncPoint("tables.commit.after_pointer");
      TidyUp(attempt);
      base::SyncPoint("tables.commit.after_cleanup");
      return std::move(attempt.outcome);
    }
    Discard(attempt);
  }
  return MakeError(ErrorCode::kCommitConflict, "other commits came first {} times",
                   parts_.options.commit_attempts_max);
}

Result<Committer::Attempt> Committer::Prepare(const CommitRequest& request) {
  const PrepareParts parts{parts_.files, parts_.leases, parts_.randomness, parts_.options};
  const base::Timestamp now = parts_.clock.Now();
  Attempt attempt;
  for (const TableChange& change : request.tables) {
    std::shared_ptr<const TableState> head;
    if (!Creates(change)) {
      HEALIX_TRY(const auto pointer, parts_.catalog.Read([&](Reader& reader) {
        return FindTable(reader, change.table);
      }));
      if (!pointer) {
        return MakeError(ErrorCode::kCommitConflict, "{} was dropped or renamed meanwhile",
                         SafeName(ToString(change.table)));
      }
      HEALIX_TRY(head, parts_.states.Get(*pointer));
    }
    HEALIX_TRY(PreparedTable prepared, PrepareTable(parts, change, head, now));
    attempt.outcome.tables.push_back(OutcomeOf(prepared));
    attempt.tables.push_back(std::move(prepared));
  }
  return attempt;
}

Status Committer::Write(const Attempt& attempt) {
  for (const PreparedTable& table : attempt.tables) {
    if (table.pending.empty()) continue;
    HEALIX_RETURN_IF_ERROR(parts_.files.WriteAll(table.pending));
  }
  base::SyncPoint("tables.commit.after_metadata");
  return {};
}

Result<Committer::Verdict> Committer::Publish(const CommitRequest& request,
                                              const Attempt& attempt) {
  base::SyncPoint("tables.commit.before_pointer");
  bool overtaken = false;
  bool refused = false;
  const Status published = parts_.catalog.Write([&](Transaction& transaction) -> Status {
    overtaken = false;
    refused = true;
    for (const PreparedTable& table : attempt.tables) {
      const Status moved = PublishTable(transaction, table);
      if (moved) continue;
      overtaken = moved.error().code() == ErrorCode::kCommitConflict;
      return moved;
    }
    for (const ViewChange& change : request.views) {
      HEALIX_RETURN_IF_ERROR(ApplyViewChange(transaction, change));
    }
    if (request.in_transaction) {
      HEALIX_RETURN_IF_ERROR(request.in_transaction(transaction, attempt.outcome));
    }
    base::SyncPoint("tables.commit.in_transaction");
    refused = false;
    return {};
  });
  if (published) return Verdict::kCommitted;
  if (overtaken) return Verdict::kOvertaken;
  if (refused) {
    Discard(attempt);
    return published.error();
  }
  // The commit itself failed. Perhaps it is on the disk all the same: the pointers know.
  HEALIX_TRY(const bool was_published, WasPublished(attempt));
  if (was_published) return Verdict::kCommitted;
  return published.error();
}

Result<bool> Committer::WasPublished(const Attempt& attempt) {
  if (attempt.tables.empty()) return false;
  const TableEntry& expected = attempt.tables.front().to;
  HEALIX_TRY(const auto found, parts_.catalog.Read([&](Reader& reader) {
    return FindTableByUuid(reader, expected.uuid);
  }));
  return found && found->version == expected.version &&
         found->metadata_location == expected.metadata_location;
}

void Committer::Discard(const Attempt& attempt) {
  for (const PreparedTable& table : attempt.tables) {
    for (const PendingFile& file : table.pending) {
      (void)parts_.files.Remove(file.location).has_value();  // else it stays as an orphan
    }
  }
}

void Committer::TidyUp(Attempt& attempt) {
  for (std::size_t i = 0; i < attempt.tables.size(); ++i) {
    const PreparedTable& table = attempt.tables[i];
    TableOutcome& outcome = attempt.outcome.tables[i];
    parts_.states.Put(table.new_state);
    if (table.old_state == nullptr) continue;
    const iceberg::TableMetadata& before = table.old_state->metadata;
    const iceberg::TableMetadata& after = table.new_state->metadata;
    std::set<std::string> unneeded;
    for (std::string& file : ForgottenMetadataFiles(before, after))
      unneeded.insert(std::move(file));
    bool leased = false;
    for (const std::int64_t snapshot_id : table.expired) {
      leased = leased || parts_.leases.IsLeased(table.to.uuid, snapshot_id);
    }
    if (!table.expired.empty() && !leased) {
      auto expired = FindExpiredFiles(before, after, table.expired, parts_.files);
      if (expired) unneeded.merge(*expired);
    }
    base::SyncPoint("tables.commit.before_cleanup");
    for (const std::string& location : unneeded) {
      const auto removed = parts_.files.Remove(location);
      if (!removed) continue;
      ++outcome.files_removed;
      outcome.bytes_removed += *removed;
    }
  }
}

}  // namespace healix::lakehouse::tables
