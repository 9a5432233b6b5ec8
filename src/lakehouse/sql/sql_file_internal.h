// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the test files of test/sql; test/sql/README.md describes them. Only tests include
/// it.

#include <string>
#include <vector>

#include "base/result/result.h"

namespace healix::lakehouse::sql {

/// One step of a file: `command` and its words, the text below it, the lines below `----`.
struct SqlFileStep {
  int line = 0;
  std::string command;             ///< `statement`, `query`, `snapshot` …
  std::vector<std::string> words;  ///< behind the command
  std::string text;
  std::vector<std::string> expected;
};

/// Errors   kInvalidArgument with the line.
Result<std::vector<SqlFileStep>> ParseSqlFile(const std::string& content);

}  // namespace healix::lakehouse::sql
