// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Refuses calls of functions that would make a value too large in memory nobody counts.

#include <cstdint>

#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

/// Puts a guard before each function that builds its value outside of DuckDB's allocators, in a
/// table of its own or a std::string: `printf`, `format`, `lpad`, `rpad`, `replace`,
/// `regexp_replace`, `translate`, `damerau_levenshtein`. A call whose value would take more than
/// `value_bytes_max` fails with kMemoryExceeded before it begins. What other functions make is
/// counted by VectorMemory, once the statement runs: functions that make long lists are therefore
/// not called while it is planned.
/// Example  LimitsTest.FunctionsThatMakeLargeValuesAreBounded, LongListsAreNotMadeWhilePlanning
void GuardValueSizes(duckdb::DatabaseInstance& database, std::uint64_t value_bytes_max);

}  // namespace healix::lakehouse::engine
