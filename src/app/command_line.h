// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the command line.

#include <span>
#include <string>
#include <variant>

#include "app/arguments.h"
#include "base/result/error.h"

namespace healix::app {

/// Was asked for: main prints it and leaves.
struct HelpText {
  std::string text;
};

/// Says what is wrong with the command line: a kUsage to be reported in this style.
struct UsageError {
  Error error;
  Style style = Style::kText;
};

/// Parses what main() got. Never exits and prints nothing.
/// Example  CommandLineTest.ReadsAnIngest
std::variant<Arguments, HelpText, UsageError> ParseCommandLine(std::span<const char* const> words);

}  // namespace healix::app
