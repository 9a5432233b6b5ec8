// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "formats/csv/csv_header_internal.h"
#include "formats/csv/field_splitter_internal.h"
#include "formats/cutting/utf8.h"

namespace healix::formats::csv {
namespace {

constexpr std::string_view kDelimiters = ",\t;|";

/// A row at the front of the window: its bytes with the line end.
struct FrontRow {
  std::size_t bytes = 0;
  std::uint64_t line_ends = 0;
};

Error AtFront(Error error, const StreamWindow& window, std::uint64_t line) {
  return error.At({.file = {}, .byte_offset = window.offset(), .line = line});
}

/// Makes sure that the first line end (or the end of the input) is in the window, and says which
/// character ends lines.
Result<char> FindNewline(StreamWindow& window, std::uint64_t bytes_max) {
  for (;;) {
    const std::string_view text = window.text();
    const std::size_t at = text.find_first_of("\r\n");
    if (at != std::string_view::npos && text[at] == '\n') return '\n';
    if (at != std::string_view::npos && at + 1 < text.size()) {
      return text[at + 1] == '\n' ? '\n' : '\r';
    }
    if (text.size() > bytes_max) return '\n';
    HEALIX_TRY(const bool more, window.More());
    if (!more) return at != std::string_view::npos ? '\r' : '\n';
  }
}

Result<FrontRow> FindFrontRow(StreamWindow& window, CsvDialect dialect, std::uint64_t bytes_max) {
  RowEndFinder finder(dialect);
  std::size_t scanned = 0;
  for (;;) {
    const RowEnd end = finder.Scan(window.text().substr(scanned));
    scanned += end.bytes;
    if (scanned > bytes_max) {
      return MakeError(ErrorCode::kLimitExceeded, "the header is longer than {} bytes", bytes_max);
    }
    if (end.found) return FrontRow{scanned, finder.line_ends() + 1};
    HEALIX_TRY(const bool more, window.More());
    if (more) continue;
    HEALIX_RETURN_IF_ERROR(window.CheckEnd());  // half a header is none
    if (finder.in_quotes()) {
      return MakeError(ErrorCode::kInputTruncated, "a quote in the header is never closed");
    }
    return FrontRow{scanned, finder.line_ends() + 1};
  }
}

std::string_view WithoutLineEnd(std::string_view row, char newline) {
  if (row.ends_with(newline)) row.remove_suffix(1);
  if (newline == '\n' && row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

/// A header under one delimiter.
struct Candidate {
  CsvDialect dialect;
  FrontRow row;
  std::vector<std::string> names;
};

Result<Candidate> TryDelimiter(StreamWindow& window, CsvDialect dialect,
                               const CsvOptions& options) {
  HEALIX_TRY(const FrontRow row, FindFrontRow(window, dialect, options.row_bytes_max));
  FieldSplitter splitter(dialect, options.column_count_max);
  const auto fault =
      splitter.Split(WithoutLineEnd(window.text().substr(0, row.bytes), dialect.newline));
  if (fault) {
    return MakeError(ErrorCode::kCsvInvalid, "the header has characters behind a closing quote");
  }
  if (splitter.count() > options.column_count_max) {
    return MakeError(ErrorCode::kLimitExceeded, "the header has {} columns, {} are allowed",
                     splitter.count(), options.column_count_max);
  }
  return Candidate{dialect, row, {splitter.fields().begin(), splitter.fields().end()}};
}

/// Tries all delimiters, or the given one, and keeps the one with most fields.
Result<Candidate> ChooseDelimiter(StreamWindow& window, char newline, const CsvOptions& options) {
  if (options.delimiter) return TryDelimiter(window, {*options.delimiter, newline}, options);
  Result<Candidate> best = TryDelimiter(window, {kDelimiters.front(), newline}, options);
  for (const char delimiter : kDelimiters.substr(1)) {
    Result<Candidate> candidate = TryDelimiter(window, {delimiter, newline}, options);
    const bool too_wide = !best && best.error().code() == ErrorCode::kLimitExceeded;
    if (too_wide || !candidate) continue;
    if (!best || candidate->names.size() > best->names.size()) best = std::move(candidate);
  }
  return best;
}

/// Steps over blank lines and returns how many there were.
Result<std::uint64_t> SkipBlankLines(StreamWindow& window, char newline) {
  std::uint64_t lines = 0;
  for (;;) {
    const std::string_view text = window.text();
    const std::size_t at = text.find_first_not_of("\r\n");
    const std::size_t blank = at == std::string_view::npos ? text.size() : at;
    lines += static_cast<std::uint64_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(blank), newline));
    window.Skip(blank);
    if (at != std::string_view::npos) return lines;
    HEALIX_TRY(const bool more, window.More());
    if (!more) return lines;
  }
}

char NormaliseCharacter(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  return plain ? c : '_';
}

std::string NormaliseName(std::string_view name) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = name.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  name = name.substr(begin, name.find_last_not_of(kBlanks) - begin + 1);
  std::string normal;
  for (const char c : name) {
    const bool continues_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues_character) normal.push_back(NormaliseCharacter(c));
  }
  return normal;
}

}  // namespace

TextEncoding FallbackFor(const StreamWindow& window, const CsvOptions& options) {
  const bool is_told = options.encoding || window.byte_order_mark_bytes() > 0 ||
                       window.encoding() != TextEncoding::kUtf8;
  return is_told ? TextEncoding::kUtf8 : options.fallback;
}

std::vector<std::string> NormaliseNames(const std::vector<std::string>& names) {
  std::vector<std::string> columns;
  std::set<std::string> taken;
  for (const std::string& name : names) {
    std::string column = NormaliseName(name);
    if (column.empty()) column = "column_" + std::to_string(columns.size() + 1);
    std::string unique = column;
    for (int n = 2; !taken.insert(unique).second; ++n) unique = column + "_" + std::to_string(n);
    columns.push_back(std::move(unique));
  }
  return columns;
}

Result<CsvHeader> ReadHeader(StreamWindow& window, const CsvOptions& options) {
  HEALIX_TRY(const char newline, FindNewline(window, options.row_bytes_max));
  HEALIX_TRY(const std::uint64_t blank_lines, SkipBlankLines(window, newline));
  CsvHeader header;
  header.dialect = {options.delimiter.value_or(kDelimiters.front()), newline};
  header.line_count = blank_lines;
  if (window.text().empty()) return header;
  const Result<Candidate> chosen = ChooseDelimiter(window, newline, options);
  if (!chosen) return AtFront(chosen.error(), window, blank_lines + 1);
  const std::string_view row = window.text().substr(0, chosen->row.bytes);
  const bool is_foreign = FindInvalidUtf8(row).has_value();
  const TextEncoding fallback = FallbackFor(window, options);
  if (is_foreign && fallback == TextEncoding::kUtf8) {
    return AtFront(MakeError(ErrorCode::kUtf8Invalid, "the header is not in the encoding {}",
                             SafeName(Name(window.encoding()))),
                   window, blank_lines + 1);
  }
  header.dialect = chosen->dialect;
  std::vector<std::string> names = chosen->names;
  for (std::string& name : names) {
    if (is_foreign) AppendAsUtf8(fallback, std::exchange(name, {}), name);
  }
  header.columns = NormaliseNames(names);
  if (is_foreign) {
    AppendAsUtf8(fallback, WithoutLineEnd(row, newline), header.text);
  } else {
    header.text = WithoutLineEnd(row, newline);
  }
  header.line_count += chosen->row.line_ends;
  window.Skip(chosen->row.bytes);
  return header;
}

}  // namespace healix::formats::csv
