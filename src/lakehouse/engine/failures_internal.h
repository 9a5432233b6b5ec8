// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns DuckDB's exceptions into errors of ours, and errors of the file system back.

#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// What failed. While a statement is bound, texts can only hold its own words; while it runs, any
/// text may hold a value: kinds of exceptions are no proof, functions throw what they like.
enum class Phase : std::uint8_t { kBinding, kRunning };

/// Translates by the kind of exception. Texts are kept for kinds that speak of the statement
/// (parser, binder, catalogue) while it is bound; all other failures get a sentence of ours.
Error ErrorFrom(const duckdb::ErrorData& failure, Phase phase = Phase::kRunning);
/// Translates the exception being handled; for `catch (...)` blocks.
Error ErrorFromCurrentException(Phase phase);

/// Leaves DuckDB code with an error of base::FileSystem, so that ErrorFrom() gives it back.
[[noreturn]] void ThrowFileError(const Error& error);
/// Leaves DuckDB code with an error of any code of ours.
[[noreturn]] void ThrowError(const Error& error);

/// Returns whether the DuckDB instance can't be used after this error.
bool SpoilsTheInstance(const Error& error);

/// Runs `work` (returning a Result or Status) and translates what it throws.
template <typename Work>
auto Guarded(Work&& work, Phase phase = Phase::kRunning) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return ErrorFromCurrentException(phase);
  }
}

}  // namespace healix::lakehouse::engine
