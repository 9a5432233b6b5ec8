// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/ingest.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/ids/uuid.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/interrupted_runs_internal.h"
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

/// Notes that a run stopped that has nothing to tell.
Status NoteStop(const Parts& parts, const IngestId& ingest) {
  return parts.records.Write([&](storage::records::Transaction& transaction) {
    return SaveRun(transaction, {ingest, parts.program, "stopped", parts.clock.Now()});
  });
}

/// Drafts the receipt of a run: of one that stopped, what it committed.
Result<Receipt> DraftOf(const Parts& parts, IngestRun& run, const Status& ran) {
  RunResult result = run.TakeResult();
  const bool is_committed = ran || ran.error().code() == ErrorCode::kCancelled;
  if (!is_committed) {
    HEALIX_TRY(result, CommittedBy(parts, std::move(result)));
  }
  Receipt draft = DraftReceipt(parts, std::move(result));
  if (!ran) draft.status = RunStatus::kInterrupted;
  return draft;
}

/// Signs the receipt of a run, and those of runs before it that were killed.
Status SignReceipts(const Parts& parts, Receipt& receipt) {
  const bool is_complete = receipt.status == RunStatus::kComplete;
  if (!is_complete && receipt.files.empty()) return NoteStop(parts, receipt.ingest);
  const Status is_signed = SignReceipt(parts, receipt);
  if (!is_signed) {
    receipt.signature.clear();
    receipt.id = ReceiptId();
    return is_signed;
  }
  // The next run may go on with the files of one that was killed, if this one could not.
  return is_complete ? CloseInterruptedRuns(parts) : Status();
}

}  // namespace

Result<IngestOutcome> Ingest(const Parts& parts, const IngestRequest& request) {
  HEALIX_RETURN_IF_ERROR(request.limits.Validate());
  HEALIX_TRY(std::vector<InputFile> files,
             FindInputFiles(parts.files, request.paths, request.source));
  HEALIX_RETURN_IF_ERROR(MigrateAll(parts));
  const WriterTurn turn(parts.records);

  IngestOutcome outcome;
  const bool is_write = request.mode == IngestRequest::Mode::kWrite;
  std::optional<IngestRun> run(std::in_place, parts, request, outcome.findings);
  if (is_write) HEALIX_RETURN_IF_ERROR(NoteStart(parts, run->id()));
  const Status ran = run->Run(files);
  if (!ran) outcome.stopped = ran.error();
  if (!is_write) {
    outcome.receipt = DraftReceipt(parts, run->TakeResult());
    return outcome;
  }
  auto draft = DraftOf(parts, *run, ran);
  run.reset();  // the receipt of a hundred thousand files needs its memory
  files = {};
  Status told = draft ? Status() : Status(draft.error());
  if (draft) {
    outcome.receipt = *std::move(draft);
    told = SignReceipts(parts, outcome.receipt);
  }
  if (!told && !outcome.stopped) outcome.stopped = told.error();
  return outcome;
}

}  // namespace healix::lakehouse::ingest
