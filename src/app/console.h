// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints answers, errors and progress of one command.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/arguments.h"
#include "base/result/error.h"

namespace healix::app {

/// Exit codes of the program.
enum class ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2, kQuarantined = 3 };

/// Writes to standard output and standard error.
/// Threads  one at a time.
class Console final {
 public:
  explicit Console(Style style);

  Style style() const { return style_; }
  /// True when progress can be shown: standard error is a terminal and the style is text.
  bool interactive() const { return interactive_; }

  /// Prints to standard output. A line break is added where the text has none at its end.
  void Print(std::string_view text);
  /// Prints rows in aligned columns below a header; numbers (by `right`) to the right.
  void PrintTable(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);
  /// Prints `error[CODE]: sentence` and what to do, or an object with --json, to standard error.
  void PrintError(const Error& error);
  /// Replaces the progress line; only when interactive().
  void ShowProgress(std::string_view line);
  /// Removes the progress line.
  void EndProgress();

 private:
  Style style_;
  bool interactive_;
  bool progress_shown_ = false;
};

/// Writes 12345678 as `12,345,678`, and bytes as `11.8 MiB`.
std::string WithThousands(std::uint64_t number);
std::string BytesText(std::uint64_t bytes);

}  // namespace healix::app
