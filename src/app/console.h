// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints answers, errors and progress of one command.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/arguments.h"
#include "base/result/result.h"

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

  /// Prints to standard output. A line break is added where the text has none at its end. For
  /// people, characters that could steer their terminal are shown as `\xNN`.
  void Print(std::string_view text);
  /// As Print(), without a change to the text: for rows and documents that programs read.
  void PrintExact(std::string_view text);
  /// Prints rows in aligned columns below a header; numbers to the right. A cell is one line.
  void PrintTable(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);
  /// Prints `error[CODE]: sentence` and what to do, or an object with --json, to standard error.
  void PrintError(const Error& error);
  /// Replaces the progress line; only when interactive().
  void ShowProgress(std::string_view line);
  /// Removes the progress line.
  void EndProgress();
  /// Fails when something could not be printed to standard output; what follows is not tried.
  /// Errors   kIoFailed.
  Status output() const;

 private:
  Style style_;
  bool interactive_;
  bool progress_shown_ = false;
  std::optional<Error> lost_;
};

/// Writes 12345678 as `12,345,678`, and bytes as `11.8 MiB`.
std::string WithThousands(std::uint64_t number);
std::string BytesText(std::uint64_t bytes);

}  // namespace healix::app
