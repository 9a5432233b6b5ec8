// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds where a CSV row ends, in text that comes in parts.

#include <cstdint>
#include <string_view>

namespace healix::formats::csv {

/// The characters that shape a file. A line ends with `newline`; a CR before an LF belongs to it.
struct CsvDialect {
  char delimiter = ',';
  char newline = '\n';  ///< CR for files of old Macintosh programs
};

/// What a part of the text gave: `bytes` were used; with `found` the last of them ends the row.
struct RowEnd {
  bool found = false;
  std::size_t bytes = 0;
};

/// Follows quotes from the front of one row. A quote opens only at the start of a field (RFC 4180,
/// section 2); elsewhere in an unquoted field it is a character like others.
class RowEndFinder final {
 public:
  explicit RowEndFinder(CsvDialect dialect) : dialect_(dialect) {}

  RowEnd Scan(std::string_view text);

  /// True while a quote is open.
  bool in_quotes() const { return state_ == State::kQuoted; }
  /// Line ends seen so far, the final one not counted.
  std::uint64_t line_ends() const { return line_ends_; }
  /// Line ends before the quote that was opened last.
  std::uint64_t line_ends_before_quote() const { return line_ends_before_quote_; }

 private:
  enum class State : std::uint8_t { kFieldStart, kPlain, kQuoted, kQuoteSeen };

  std::size_t SkipQuoted(std::string_view text, std::size_t at);
  std::size_t SkipPlain(std::string_view text, std::size_t at) const;

  CsvDialect dialect_;
  State state_ = State::kFieldStart;
  std::uint64_t line_ends_ = 0;
  std::uint64_t line_ends_before_quote_ = 0;
};

}  // namespace healix::formats::csv
