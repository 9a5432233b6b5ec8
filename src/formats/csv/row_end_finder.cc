// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "formats/csv/row_end_finder_internal.h"

namespace healix::formats::csv {

RowEnd RowEndFinder::Scan(std::string_view text) {
  std::size_t at = 0;
  if (state_ == State::kFieldStart) {  // most rows have no quote at all
    const std::size_t newline = text.find(dialect_.newline);
    const std::string_view line = text.substr(0, newline);
    if (newline != std::string_view::npos && line.find('"') == std::string_view::npos) {
      return {true, newline + 1};
    }
  }
  while (at < text.size()) {
    if (state_ == State::kQuoted) {
      at = SkipQuoted(text, at);
      continue;
    }
    const char c = text[at];
    if (c == dialect_.newline) return {true, at + 1};
    if (c == '"' && state_ != State::kPlain) {
      if (state_ == State::kFieldStart) line_ends_before_quote_ = line_ends_;
      state_ = State::kQuoted;
      ++at;
    } else if (c == dialect_.delimiter) {
      state_ = State::kFieldStart;
      ++at;
    } else {
      state_ = State::kPlain;
      at = SkipPlain(text, at + 1);
    }
  }
  return {false, text.size()};
}

std::size_t RowEndFinder::SkipQuoted(std::string_view text, std::size_t at) {
  const std::size_t quote = text.find('"', at);
  const std::size_t end = quote == std::string_view::npos ? text.size() : quote;
  line_ends_ += static_cast<std::uint64_t>(
      std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(end), dialect_.newline));
  if (quote == std::string_view::npos) return end;
  state_ = State::kQuoteSeen;
  return quote + 1;
}

std::size_t RowEndFinder::SkipPlain(std::string_view text, std::size_t at) const {
  while (at < text.size() && text[at] != dialect_.delimiter && text[at] != dialect_.newline) ++at;
  return at;
}

}  // namespace healix::formats::csv
