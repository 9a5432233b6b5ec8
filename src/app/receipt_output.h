// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints receipts for people to read.

#include "app/console.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::app {

/// Prints counts per type, bytes per class, reasons, files that could not be read to their end, and
/// the receipt's id.
void PrintReceiptSummary(Console& console, const lakehouse::ingest::Receipt& receipt);

/// Prints who wrote the receipt and when, its counts per file, what was ignored by which rule, and
/// the summary.
void PrintWholeReceipt(Console& console, const lakehouse::ingest::Receipt& receipt);

}  // namespace healix::app
