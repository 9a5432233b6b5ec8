// SPDX-License-Identifier: Apache-2.0
#include "app/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text/printable.h"

namespace healix::app {
namespace {

/// Returns 0, or the number of the error that stopped it.
int Write(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

/// Counts code points, so that columns with accents align.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

bool LooksNumeric(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.,-+eE") == std::string_view::npos;
}

std::string Padded(const std::string& cell, std::size_t width) {
  const std::string space(width - std::min(width, Width(cell)), ' ');
  return LooksNumeric(cell) ? space + cell : cell + space;
}

}  // namespace

Console::Console(Style style)
    : style_(style), interactive_(style == Style::kText && ::isatty(STDERR_FILENO) == 1) {}

void Console::Print(std::string_view text) {
  if (style_ == Style::kText) return PrintExact(base::Printable(text, "\n\t"));
  PrintExact(text);
}

void Console::PrintExact(std::string_view text) {
  EndProgress();
  if (lost_) return;
  int failed = Write(STDOUT_FILENO, text);
  if (failed == 0 && !text.ends_with('\n')) failed = Write(STDOUT_FILENO, "\n");
  if (failed == 0) return;
  lost_ = MakeError(ErrorCode::kIoFailed, "can't write to standard output: {}",
                    SafeReason(std::strerror(failed)));
}

Status Console::output() const { return lost_ ? Status(*lost_) : Status(); }

void Console::PrintTable(const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& given) {
  std::vector<std::vector<std::string>> rows = {header};
  rows.insert(rows.end(), given.begin(), given.end());
  std::vector<std::size_t> widths(header.size());
  for (auto& row : rows) {
    for (std::string& cell : row) cell = base::Printable(cell);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += Padded(cells[i], widths[i]);
      if (i + 1 < cells.size()) text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text = line(rows.front());
  for (std::size_t i = 0; i < widths.size(); ++i) {
    text += std::string(widths[i], '-') + (i + 1 < widths.size() ? "  " : "\n");
  }
  for (std::size_t i = 1; i < rows.size(); ++i) text += line(rows[i]);
  Print(text);
}

void Console::PrintError(const Error& error) {
  EndProgress();
  if (style_ == Style::kText) {
    Write(STDERR_FILENO,
          error.ToString() + "\n  " + std::string(Describe(error.code()).action) + "\n");
    return;
  }
  nlohmann::ordered_json body = {{"code", std::string(Name(error.code()))},
                                 {"message", error.message()}};
  const Position& position = error.position();
  if (!position.file.empty()) body["file"] = position.file;
  if (position.byte_offset) body["byte_offset"] = *position.byte_offset;
  if (position.line) body["line"] = *position.line;
  body["retryable"] = error.retryable();
  body["action"] = std::string(Describe(error.code()).action);
  const nlohmann::ordered_json document = {{"error", body}};
  Write(STDERR_FILENO,
        document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void Console::ShowProgress(std::string_view line) {
  if (!interactive_) return;
  Write(STDERR_FILENO, fmt::format("\r\x1b[2K{}", line));
  progress_shown_ = true;
}

void Console::EndProgress() {
  if (!progress_shown_) return;
  Write(STDERR_FILENO, "\r\x1b[2K");
  progress_shown_ = false;
}

std::string WithThousands(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string BytesText(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace healix::app
