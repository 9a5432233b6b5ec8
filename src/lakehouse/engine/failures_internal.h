// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns DuckDB's exceptions into errors of ours, and errors of the file system back.

#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// Translates by the kind of exception. Texts are kept where they can only hold the statement's own
/// words (parser, binder, catalogue); failures of values get a sentence of ours.
Error ErrorFrom(const duckdb::ErrorData& failure);
/// Translates the exception being handled; for `catch (...)` blocks.
Error ErrorFromCurrentException();

/// Leaves DuckDB code with an error of base::FileSystem, so that ErrorFrom() gives it back.
[[noreturn]] void ThrowFileError(const Error& error);
/// Leaves DuckDB code with an error of any code of ours.
[[noreturn]] void ThrowError(const Error& error);

/// Returns whether the DuckDB instance can't be used after this error.
bool SpoilsTheInstance(const Error& error);

/// Runs `work` (returning a Result or Status) and translates what it throws.
template <typename Work>
auto Guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return ErrorFromCurrentException();
  }
}

}  // namespace healix::lakehouse::engine
