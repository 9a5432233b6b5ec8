// SPDX-License-Identifier: Apache-2.0
#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "lakehouse/ingest/receipt_json_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "trust/journal/journal.h"
#include "trust/keys/signing_key.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;
using storage::records::Row;
using storage::records::Transaction;
using storage::records::Value;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Status InsertReceipt(Transaction& transaction, const Receipt& receipt) {
  const auto inserted = transaction.Execute(
      "INSERT INTO ingest_receipts (id, ingest, finished_at, written, duplicate, quarantined, "
      "bytes, json, public_key, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Value(receipt.id.value()), Value(receipt.ingest.value()),
       Value(base::ToMicros(receipt.finished_at)), Value(Signed(receipt.totals.written)),
       Value(Signed(receipt.totals.duplicate)), Value(Signed(receipt.totals.quarantined)),
       Value(Signed(receipt.bytes.total())), Value(receipt.json), Value(receipt.public_key),
       Value(receipt.signature)});
  return inserted ? Status() : Status(inserted.error());
}

trust::journal::Act FinishAct(const Parts& parts, const Receipt& receipt) {
  trust::journal::Act act;
  act.id = trust::journal::ActId(parts.ids.Next().ToString());
  act.kind = trust::journal::ActKind::kIngestFinish;
  act.at = receipt.finished_at;
  for (const auto& [table, snapshot] : receipt.snapshots) act.subjects.push_back({table, snapshot});
  act.counts["written"] = Signed(receipt.totals.written);
  act.counts["duplicate"] = Signed(receipt.totals.duplicate);
  act.counts["quarantined"] = Signed(receipt.totals.quarantined);
  act.detail_json = "{\"receipt\":\"" + receipt.id.value() + "\"}";
  return act;
}

}  // namespace

Receipt DraftReceipt(const Parts& parts, RunResult result) {
  Receipt draft;
  static_cast<FileSums&>(draft) = std::move(result.sums);
  draft.ingest = result.ingest;
  draft.program = parts.program;
  draft.started_at = result.started_at;
  draft.finished_at = parts.clock.Now();
  draft.files = std::move(result.files);
  draft.ignored = std::move(result.ignored);
  draft.snapshots = std::move(result.snapshots);
  return draft;
}

void Sign(const Parts& parts, Receipt& draft) {
  draft.json = ToCanonicalJson(draft);
  draft.signature = parts.key.Sign(draft.json);
  draft.public_key = parts.key.public_key().ToText();
}

Status StoreReceipt(Transaction& transaction, const Receipt& receipt) {
  HEALIX_RETURN_IF_ERROR(InsertReceipt(transaction, receipt));
  HEALIX_RETURN_IF_ERROR(MarkToldBy(transaction, receipt.ingest));
  const bool is_complete = receipt.status == RunStatus::kComplete;
  return SaveRun(transaction, {receipt.ingest, receipt.program, is_complete ? "done" : "stopped",
                               receipt.finished_at});
}

Status SignReceipt(const Parts& parts, Receipt& draft) {
  draft.id = ReceiptId(parts.ids.Next().ToString());
  Sign(parts, draft);
  const trust::journal::Act act = FinishAct(parts, draft);
  base::SyncPoint("ingest.receipt.before_commit");
  const auto store = [&](Transaction& transaction) -> Status {
    HEALIX_RETURN_IF_ERROR(StoreReceipt(transaction, draft));
    return trust::journal::AppendAct(transaction, act);
  };
  HEALIX_RETURN_IF_ERROR(parts.records.Write(store));
  base::SyncPoint("ingest.receipt.after_commit");
  return {};
}

Result<std::vector<ReceiptLine>> ListReceipts(const Parts& parts, std::size_t limit) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  std::vector<ReceiptLine> lines;
  HEALIX_RETURN_IF_ERROR(parts.records.Read([&](Reader& reader) {
    return reader.Each(
        "SELECT id, finished_at, written, duplicate, quarantined, bytes FROM ingest_receipts "
        "ORDER BY finished_at DESC, id DESC LIMIT ?",
        {Value(Signed(limit))}, [&](const Row& row) -> Status {
          ReceiptLine line;
          line.id = ReceiptId(row.Text(0));
          line.finished_at = base::FromMicros(row.Int(1));
          line.totals.written = static_cast<std::uint64_t>(row.Int(2));
          line.totals.duplicate = static_cast<std::uint64_t>(row.Int(3));
          line.totals.quarantined = static_cast<std::uint64_t>(row.Int(4));
          line.bytes = static_cast<std::uint64_t>(row.Int(5));
          lines.push_back(std::move(line));
          return {};
        });
  }));
  return lines;
}

Status CheckListed(const Parts& parts, const Receipt& receipt) {
  HEALIX_TRY(const auto row, parts.records.Read([&](Reader& reader) {
    return reader.QueryFirst(
        "SELECT finished_at, written, duplicate, quarantined, bytes, ingest FROM ingest_receipts "
        "WHERE id = ?",
        {Value(receipt.id.value())});
  }));
  if (!row) return MakeError(ErrorCode::kReceiptNotFound, "there is no receipt of that id");
  const RecordCounts& totals = receipt.totals;
  const std::int64_t told[] = {base::ToMicros(receipt.finished_at), Signed(totals.written),
                               Signed(totals.duplicate), Signed(totals.quarantined),
                               Signed(receipt.bytes.total())};
  bool is_listed = row->Text(std::size(told)) == receipt.ingest.value();
  for (std::size_t i = 0; i < std::size(told); ++i) is_listed = is_listed && row->Int(i) == told[i];
  if (is_listed) return {};
  return MakeError(ErrorCode::kReceiptMismatch, "the list shows other numbers than were signed");
}

Result<Receipt> ShowReceipt(const Parts& parts, const ReceiptId& id) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  HEALIX_TRY(const auto row, parts.records.Read([&](Reader& reader) {
    return reader.QueryFirst("SELECT json, public_key, signature FROM ingest_receipts WHERE id = ?",
                             {Value(id.value())});
  }));
  if (!row) return MakeError(ErrorCode::kReceiptNotFound, "there is no receipt of that id");
  HEALIX_TRY(Receipt receipt, ReceiptFromJson(row->Text(0)));
  receipt.public_key = row->Text(1);
  receipt.signature = row->Text(2);
  return receipt;
}

}  // namespace healix::lakehouse::ingest
