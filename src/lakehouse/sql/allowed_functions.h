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

/// Returns the functions of values on the list, in the order of their names.
/// Example  AllowedFunctionsTest.NoneTakesMemoryFarBeyondTheLimit
std::vector<std::string> AllowedFunctionNames();

}  // namespace healix::lakehouse::sql
