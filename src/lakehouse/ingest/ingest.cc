// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/ingest.h"

#include <map>
#include <memory>
#include <mutex>

#include "base/ids/uuid.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "lakehouse/ingest/writer_turn_internal.h"
#include "trust/journal/journal.h"

namespace healix::lakehouse::ingest {
namespace {

Status MigrateAll(const Parts& parts) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  return trust::journal::MigrateJournal(parts.records);
}

/// Notes that a run has begun; what stays `running` for ever was killed.
Status NoteStart(const Parts& parts, const IngestId& ingest) {
  trust::journal::Act act;
  act.id = trust::journal::ActId(parts.ids.Next().ToString());
  act.kind = trust::journal::ActKind::kIngestStart;
  act.at = parts.clock.Now();
  act.detail_json = "{\"ingest\":\"" + ingest.value() + "\"}";
  const auto note = [&](storage::records::Transaction& transaction) -> Status {
    HEALIX_RETURN_IF_ERROR(SaveRun(transaction, {ingest, parts.program, "running", act.at}));
    return trust::journal::AppendAct(transaction, act);
  };
  return parts.records.Write(note);
}

/// Notes that a run stopped early. When even that fails (a full disk), `running` stays.
void NoteStop(const Parts& parts, const IngestId& ingest) {
  const Status noted = parts.records.Write([&](storage::records::Transaction& transaction) {
    return SaveRun(transaction, {ingest, parts.program, "stopped", parts.clock.Now()});
  });
  static_cast<void>(noted);
}

}  // namespace

Result<IngestOutcome> Ingest(const Parts& parts, const IngestRequest& request) {
  HEALIX_RETURN_IF_ERROR(request.limits.Validate());
  HEALIX_TRY(const std::vector<InputFile> files,
             FindInputFiles(parts.files, request.paths, request.source));
  HEALIX_RETURN_IF_ERROR(MigrateAll(parts));
  const WriterTurn turn(parts.records);

  IngestOutcome outcome;
  const bool is_write = request.mode == IngestRequest::Mode::kWrite;
  IngestRun run(parts, request, outcome.findings);
  if (is_write) HEALIX_RETURN_IF_ERROR(NoteStart(parts, run.id()));
  const Status ran = run.Run(files);
  outcome.receipt = DraftReceipt(parts, run.TakeResult());
  if (!ran) outcome.stopped = ran.error();
  if (!is_write) return outcome;
  // What was read but not committed must not stand in a receipt: the next run tells of it.
  if (!ran && ran.error().code() != ErrorCode::kCancelled) {
    NoteStop(parts, outcome.receipt.ingest);
    return outcome;
  }
  const Status is_signed = SignReceipt(parts, outcome.receipt);
  if (!is_signed) {
    outcome.receipt.signature.clear();
    outcome.receipt.id = ReceiptId();
    outcome.stopped = is_signed.error();
  }
  return outcome;
}

}  // namespace healix::lakehouse::ingest
