// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints a receipt as the canonical JSON that is signed, and reads it back.

#include <string>
#include <string_view>

#include "base/result/result.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

/// Returns canonical JSON of everything but `json`, `public_key` and `signature`.
std::string ToCanonicalJson(const Receipt& receipt);

/// Reads what ToCanonicalJson printed. Errors kRecordsDamaged.
Result<Receipt> ReceiptFromJson(std::string_view json);

}  // namespace healix::lakehouse::ingest
