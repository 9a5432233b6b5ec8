// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/interrupted_runs_internal.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/receipt_store_internal.h"

namespace healix::lakehouse::ingest {

using storage::records::Reader;

Result<RunResult> CommittedBy(const Parts& parts, RunResult run) {
  run.sums = {};
  run.files = {};
  HEALIX_RETURN_IF_ERROR(parts.records.Read([&](Reader& reader) {
    return EachLeftTo(reader, run.ingest, [&](const LedgerEntry& entry) { run.Account(entry); });
  }));
  return run;
}

Status CloseInterruptedRuns(const Parts& parts) {
  HEALIX_TRY(const std::vector<UntoldRun> runs, parts.records.Read(UntoldRuns));
  for (const UntoldRun& run : runs) {
    const base::Timestamp began = run.noted_at.value_or(parts.clock.Now());
    HEALIX_TRY(RunResult committed, CommittedBy(parts, {run.id, began, {}, {}, {}, {}}));
    Receipt receipt = DraftReceipt(parts, std::move(committed));
    receipt.status = RunStatus::kInterrupted;
    HEALIX_RETURN_IF_ERROR(SignReceipt(parts, receipt));
  }
  return {};
}

}  // namespace healix::lakehouse::ingest
