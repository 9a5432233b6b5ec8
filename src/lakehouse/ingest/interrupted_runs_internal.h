// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives runs that did not come to their end the receipt of what they had committed.

#include "base/result/result.h"
#include "lakehouse/ingest/ingest_run_internal.h"
#include "lakehouse/ingest/parts.h"

namespace healix::lakehouse::ingest {

/// Returns `run` with the files and sums that the ledger leaves to it to tell, whatever it has
/// read.
Result<RunResult> CommittedBy(const Parts& parts, RunResult run);

/// Signs a receipt (RunStatus::kInterrupted) for each run that was killed and of whose files
/// another run's receipt does not tell: they were not taken in again. Call at the end of a run,
/// whose files are told then. Errors   those of the store; what is signed before one stays. Example
/// InterruptedRunsTest.AKilledRunIsToldOfWhenItsFileHasChanged
Status CloseInterruptedRuns(const Parts& parts);

}  // namespace healix::lakehouse::ingest
