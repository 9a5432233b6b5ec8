// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Signs and stores the receipt of a run.

#include "base/result/result.h"
#include "lakehouse/ingest/ingest_run_internal.h"

namespace healix::lakehouse::ingest {

/// Makes the receipt of what a run found, without id and signature.
Receipt DraftReceipt(const Parts& parts, RunResult result);

/// Gives the draft id and signature, and stores it in one transaction with the note in the ledger
/// that it tells of the files of this ingest, and the act.
Status SignReceipt(const Parts& parts, Receipt& draft);

/// Checks that what lists show of a stored receipt is what its signed text says.
/// Errors   kReceiptMismatch, kReceiptNotFound.
Status CheckListed(const Parts& parts, const Receipt& receipt);

/// Gives a draft that has an id its signature; stores nothing.
void Sign(const Parts& parts, Receipt& draft);

/// Stores a signed receipt with the note in the ledger that it tells of the files of its ingest,
/// and that the ingest is done.
Status StoreReceipt(storage::records::Transaction& transaction, const Receipt& receipt);

}  // namespace healix::lakehouse::ingest
