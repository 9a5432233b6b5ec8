// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds what lies in quarantine against what a receipt says was put there.

#include <cstdint>

#include "base/result/result.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

/// Returns how many items the receipt tells of. For each file and type at least as many entries are
/// kept, open or redriven, and what was kept whole has the bytes that its hash names.
/// Memory   about 100 bytes per file and type with entries.
/// Errors   kReceiptMismatch, those of the store.
/// Example  ReceiptVerifyTest.FindsQuarantineThatWasChanged
Result<std::uint64_t> CheckQuarantine(const Parts& parts, const Receipt& receipt);

}  // namespace healix::lakehouse::ingest
