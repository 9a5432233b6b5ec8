// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lists the functions that a statement may call.

#include <string>
#include <string_view>
#include <vector>

#include "lakehouse/engine/statement_parser.h"

namespace healix::lakehouse::sql {

/// Tells whether a function is on the allow-list. It holds functions of values alone: nothing that
/// reads files, settings, the engine's own state, or SQL from text. Operators are always allowed.
/// Example  AllowedFunctionsTest.KnowsValuesButNoFiles
bool IsAllowed(const engine::FunctionReference& function);

/// Tells whether a function keeps memory that the engine does not count: aggregates whose state
/// lies in containers of the C++ library, which grows with the different values they see, or with a
/// size that a statement gives. Statements that call one run in a process of their own. Example
/// AllowedFunctionsTest.KnowsWhatKeepsUncountedMemory
bool KeepsUncountedMemory(const engine::FunctionReference& function);

/// Returns the functions of values on the list, in the order of their names.
/// Example  AllowedFunctionsTest.NoneTakesMemoryFarBeyondTheLimit
std::vector<std::string> AllowedFunctionNames();

}  // namespace healix::lakehouse::sql
