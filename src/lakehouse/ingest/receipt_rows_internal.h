// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads all rows that a receipt tells of, and holds them against it and the key index.

#include <cstdint>

#include "base/result/result.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

/// Returns the number of rows that were read. Every row of raw.fhir has the bytes that its hash
/// names; their content, with source, type and id, is in the key index; version and time are those
/// that the bytes say. No place of a file has two rows, each file and type has as many rows and
/// tombstones as were written, and no row names an ingest or file that this home did not take in.
/// Of rows from CSV and plain Parquet only places and numbers are held against the receipt.
/// Memory   some rows, and 60 bytes per file.
/// Errors   kReceiptMismatch with the place, those of the engine and the store.
/// Example  ReceiptVerifyTest.FindsRowsThatWereChanged
Result<std::uint64_t> CheckRows(const Parts& parts, const Receipt& receipt);

}  // namespace healix::lakehouse::ingest
