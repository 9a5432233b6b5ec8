// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/ingest.h"

#include <map>
#include <memory>
#include <mutex>

#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"
#include "lakehouse/ingest/writer_turn_internal.h"
#include "trust/journal/journal.h"

namespace healix::lakehouse::ingest {
namespace {

Status NoteStart(const Parts& parts) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  return trust::journal::MigrateJournal(parts.records);
}

}  // namespace

Result<IngestOutcome> Ingest(const Parts& parts, const IngestRequest& request) {
  HEALIX_RETURN_IF_ERROR(request.limits.Validate());
  HEALIX_TRY(const std::vector<InputFile> files,
             FindInputFiles(parts.files, request.paths, request.source));
  HEALIX_RETURN_IF_ERROR(NoteStart(parts));
  const WriterTurn turn(parts.records);

  IngestOutcome outcome;
  IngestRun run(parts, request, outcome.findings);
  const Status ran = run.Run(files);
  const RunResult result = run.TakeResult();
  outcome.receipt = DraftReceipt(parts, result);
  if (!ran) outcome.stopped = ran.error();
  const bool is_signed = request.mode == IngestRequest::Mode::kWrite &&
                         (ran || ran.error().code() == ErrorCode::kCancelled);
  if (!is_signed) return outcome;
  auto receipt = SignReceipt(parts, result, outcome.receipt);
  if (!receipt) {
    outcome.stopped = receipt.error();
  } else {
    outcome.receipt = *std::move(receipt);
  }
  return outcome;
}

}  // namespace healix::lakehouse::ingest
