// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps the counts of a file true while quarantined items of it are tried again.

#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/quarantine.h"

namespace healix::lakehouse::ingest {

/// Takes a quarantined item out of the counts of its file, so that it is counted anew. Does nothing
/// to counts that do not hold it.
void TakeBack(LedgerEntry& entry, const QuarantineEntry& item);

/// Counts an item that stays, under its new reason.
void PutBack(FileAccount& account, const QuarantineEntry& item, ErrorCode code);

/// Makes a file that ended in damage incomplete again, in front of the damage. One that is
/// incomplete or whole stays as it is.
void Reopen(LedgerEntry& entry, const QuarantineEntry& damage);

/// Returns what no receipt has told of a file so far.
/// Example  RedriveTest.ReceiptsTellOfEachRowOnce
FileAccount NewSince(const LedgerEntry& entry);

}  // namespace healix::lakehouse::ingest
