// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/field_splitter_internal.h"

namespace healix::formats::csv {

FieldSplitter::FieldSplitter(CsvDialect dialect, std::size_t count_max)
    : dialect_(dialect), count_max_(count_max), quoted_(std::make_unique<bool[]>(count_max)) {
  fields_.reserve(count_max);
}

std::optional<std::size_t> FieldSplitter::Split(std::string_view row) {
  fields_.clear();
  count_ = 0;
  undoubled_.clear();
  for (std::size_t at = 0;; ++at) {
    const bool is_quoted = at < row.size() && row[at] == '"';
    at = is_quoted ? TakeQuoted(row, at + 1) : TakePlain(row, at);
    if (at >= row.size()) return std::nullopt;
    if (row[at] != dialect_.delimiter) return at;
  }
}

std::size_t FieldSplitter::TakePlain(std::string_view row, std::size_t at) {
  const std::size_t delimiter = row.find(dialect_.delimiter, at);
  const std::size_t end = delimiter == std::string_view::npos ? row.size() : delimiter;
  Keep(row.substr(at, end - at), false);
  return end;
}

/// Takes a field from behind its opening quote and returns the place behind the closing one.
std::size_t FieldSplitter::TakeQuoted(std::string_view row, std::size_t at) {
  std::size_t quote = row.find('"', at);
  if (quote == std::string_view::npos) quote = row.size();  // the reader lets no such row through
  const bool is_doubled = quote + 1 < row.size() && row[quote + 1] == '"';
  if (!is_doubled) {
    Keep(row.substr(at, quote - at), true);
    return quote + 1;
  }
  if (undoubled_.capacity() < row.size()) undoubled_.reserve(row.size());
  const std::size_t begin = undoubled_.size();
  for (;;) {
    undoubled_.append(row.substr(at, quote - at));
    if (quote + 1 >= row.size() || row[quote + 1] != '"') break;
    undoubled_.push_back('"');
    at = quote + 2;
    quote = row.find('"', at);
    if (quote == std::string_view::npos) quote = row.size();
  }
  Keep(std::string_view(undoubled_).substr(begin), true);
  return quote + 1;
}

void FieldSplitter::Keep(std::string_view field, bool is_quoted) {
  ++count_;
  if (fields_.size() == count_max_) return;
  quoted_[fields_.size()] = is_quoted;
  fields_.push_back(field);
}

}  // namespace healix::formats::csv
