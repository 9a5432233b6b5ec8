// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Adds rows to the tables that `./dev test` prints at its end: what was proven, case by
/// case.

#include <string>
#include <utility>
#include <vector>

namespace healix::testing {

/// Names a column and what stands in it; text without quotation marks or backslashes.
using TableCell = std::pair<std::string, std::string>;

/// Adds a row to the table of that title, from within a test. Rows that agree in their first cell
/// and fill different columns are one (test/conftest.py does the same for Python).
void AddTableRow(const std::string& title, const std::vector<TableCell>& cells);

}  // namespace healix::testing
