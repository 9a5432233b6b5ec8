// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "storage/records/attribution.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Null;
using storage::records::Reader;
using storage::records::Row;
using storage::records::Transaction;
using storage::records::Value;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Value Receipted(const LedgerEntry& entry) {
  return entry.receipted ? Value(ToJson(*entry.receipted)) : Value(Null());
}

/// Returns whether the entry stood where the step says.
Result<bool> Move(Transaction& transaction, const LedgerStep& step, const IngestId& ingest) {
  const LedgerEntry& entry = step.entry;
  HEALIX_TRY(
      const std::uint64_t changed,
      transaction.Execute(
          "UPDATE ingest_files SET items_done = ?, bytes_done = ?, is_complete = ?, "
          "account = ?, receipted = ?, untold_by = ? "
          "WHERE source = ? AND sha256 = ? AND member = ? AND items_done = ?",
          {Value(Signed(entry.items_done)), Value(Signed(entry.account.bytes.total())),
           Value(std::int64_t{entry.is_complete}), Value(ToJson(entry.account)), Receipted(entry),
           Value(ingest.value()), Value(entry.key.source), Value(entry.key.sha256),
           Value(entry.key.member), Value(Signed(step.items_before))}));
  return changed == 1;
}

/// Returns whether there was none of that key.
Result<bool> Insert(Transaction& transaction, const LedgerEntry& entry, const IngestId& ingest) {
  HEALIX_TRY(
      const std::uint64_t inserted,
      transaction.Execute(
          "INSERT INTO ingest_files (source, sha256, member, file, items_done, bytes_done, "
          "is_complete, account, receipted, untold_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (source, sha256, member) DO NOTHING",
          {Value(entry.key.source), Value(entry.key.sha256), Value(entry.key.member),
           Value(entry.account.file), Value(Signed(entry.items_done)),
           Value(Signed(entry.account.bytes.total())), Value(std::int64_t{entry.is_complete}),
           Value(ToJson(entry.account)), Receipted(entry), Value(ingest.value())}));
  return inserted == 1;
}

constexpr std::string_view kSelect =
    "SELECT items_done, is_complete, account, receipted, untold_by, source, sha256, member "
    "FROM ingest_files ";

Result<LedgerEntry> EntryFrom(const Row& row) {
  LedgerEntry entry;
  entry.key = {row.Text(5), row.Text(6), row.Text(7)};
  entry.items_done = static_cast<std::uint64_t>(row.Int(0));
  entry.is_complete = row.Int(1) != 0;
  HEALIX_TRY(entry.account, AccountFromJson(row.Text(2)));
  if (row.IsNull(4)) {
    entry.receipted = entry.account;
  } else {
    entry.untold_by = IngestId(row.Text(4));
    if (!row.IsNull(3)) {
      HEALIX_TRY(entry.receipted, AccountFromJson(row.Text(3)));
    }
  }
  return entry;
}

}  // namespace

Result<std::optional<LedgerEntry>> FindInLedger(Reader& reader, const LedgerKey& key) {
  HEALIX_TRY(
      const auto row,
      reader.QueryFirst(std::string(kSelect) + "WHERE source = ? AND sha256 = ? AND member = ?",
                        {Value(key.source), Value(key.sha256), Value(key.member)}));
  if (!row) return std::optional<LedgerEntry>();
  HEALIX_TRY(LedgerEntry entry, EntryFrom(*row));
  return std::optional<LedgerEntry>(std::move(entry));
}

Status EachLeftTo(Reader& reader, const IngestId& ingest,
                  const std::function<void(const LedgerEntry&)>& each) {
  return reader.Each(std::string(kSelect) + "WHERE untold_by = ? ORDER BY file, member",
                     {Value(ingest.value())}, [&](const Row& row) -> Status {
                       HEALIX_TRY(const LedgerEntry entry, EntryFrom(row));
                       each(entry);
                       return {};
                     });
}

Status SaveToLedger(Transaction& transaction, const LedgerStep& step, const IngestId& ingest) {
  if (step.items_before == 0) {
    HEALIX_TRY(const bool is_new, Insert(transaction, step.entry, ingest));
    if (is_new) return {};
  }
  HEALIX_TRY(const bool is_moved, Move(transaction, step, ingest));
  if (is_moved) return {};
  return MakeError(ErrorCode::kRecordsConflict, "another ingest is taking in the same file");
}

Status MarkToldBy(Transaction& transaction, const IngestId& ingest) {
  const auto changed = transaction.Execute(
      "UPDATE ingest_files SET untold_by = NULL WHERE untold_by = ?", {Value(ingest.value())});
  return changed ? Status() : Status(changed.error());
}

Status LeaveTellingTo(Transaction& transaction, const LedgerKey& key,
                      const std::optional<IngestId>& untold_by) {
  const auto changed = transaction.Execute(
      "UPDATE ingest_files SET untold_by = ? WHERE source = ? AND sha256 = ? AND member = ?",
      {untold_by ? Value(untold_by->value()) : Value(Null()), Value(key.source), Value(key.sha256),
       Value(key.member)});
  return changed ? Status() : Status(changed.error());
}

Result<bool> IsSourceKnown(Reader& reader, const std::string& source) {
  HEALIX_TRY(
      const auto row,
      reader.QueryFirst("SELECT 1 FROM ingest_files WHERE source = ? LIMIT 1", {Value(source)}));
  return row.has_value();
}

FileAccount AccountForReceipt(const LedgerEntry& entry) {
  if (!entry.receipted) return entry.account;
  FileAccount account = entry.account;
  for (auto& [type, counts] : account.types) {
    const auto earlier = entry.receipted->types.find(type);
    if (earlier == entry.receipted->types.end()) continue;
    counts.written -= earlier->second.written;
    counts.duplicate += earlier->second.written;
    counts.tombstones -= earlier->second.tombstones;
  }
  // Rows of those ingests stand in the earlier receipt.
  std::erase_if(account.ingests, [&](const std::string& ingest) {
    const std::vector<std::string>& told = entry.receipted->ingests;
    return std::find(told.begin(), told.end(), ingest) != told.end();
  });
  return account;
}

Status SaveRun(Transaction& transaction, const RunNote& note) {
  const storage::records::Attribution who;
  const auto changed = transaction.Execute(
      "INSERT INTO ingest_runs (id, principal, organisation, use_case, purpose, program, state, "
      "changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at",
      {Value(note.id.value()), Value(who.principal), Value(who.organisation), Value(who.use_case),
       Value(who.purpose), Value(note.program), Value(note.state), Value(base::ToMicros(note.at))});
  return changed ? Status() : Status(changed.error());
}

Result<std::vector<UntoldRun>> UntoldRuns(Reader& reader) {
  std::vector<UntoldRun> runs;
  // '' is left by homes of before there were runs; a redrive is noted when it has ended.
  HEALIX_RETURN_IF_ERROR(reader.Each(
      "SELECT DISTINCT f.untold_by, r.changed_at FROM ingest_files f "
      "LEFT JOIN ingest_runs r ON r.id = f.untold_by WHERE f.untold_by <> '' ORDER BY f.untold_by",
      {}, [&](const Row& row) -> Status {
        UntoldRun run{IngestId(row.Text(0)), std::nullopt};
        if (!row.IsNull(1)) run.noted_at = base::FromMicros(row.Int(1));
        runs.push_back(std::move(run));
        return {};
      }));
  return runs;
}

}  // namespace healix::lakehouse::ingest
