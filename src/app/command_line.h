// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the command line.

#include <span>
#include <string>
#include <variant>

#include "app/arguments.h"

namespace healix::app {

/// Asks main to print `text` and leave: help (exit code 0) or a usage error (2).
struct UsageAnswer {
  int exit_code = 0;
  std::string text;
};

/// Parses what main() got. Never exits and prints nothing.
/// Example  CommandLineTest.ReadsAnIngest
std::variant<Arguments, UsageAnswer> ParseCommandLine(std::span<const char* const> words);

}  // namespace healix::app
