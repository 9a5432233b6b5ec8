// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Splits one CSV row into fields.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/row_end_finder_internal.h"

namespace healix::formats::csv {

/// Splits rows with the same buffers. Fields are views into the row, or into a buffer of the
/// splitter where quotes were undoubled; they live until the next Split() or change of the row.
/// Threads  one at a time.
class FieldSplitter final {
 public:
  /// Keeps at most `count_max` fields of a row; more are counted only.
  FieldSplitter(CsvDialect dialect, std::size_t count_max);

  /// Splits a row without its line end.
  /// Returns  the offset of the first byte behind a closing quote that is no delimiter, if any.
  std::optional<std::size_t> Split(std::string_view row);

  /// How many fields the row has, kept or not.
  std::size_t count() const { return count_; }
  std::span<const std::string_view> fields() const { return fields_; }
  std::span<const bool> quoted() const { return {quoted_.get(), fields_.size()}; }

 private:
  std::size_t TakePlain(std::string_view row, std::size_t at);
  std::size_t TakeQuoted(std::string_view row, std::size_t at);
  void Keep(std::string_view field, bool is_quoted);

  CsvDialect dialect_;
  std::size_t count_max_;
  std::size_t count_ = 0;
  std::vector<std::string_view> fields_;
  std::unique_ptr<bool[]> quoted_;
  std::string undoubled_;  // never grows during a Split(), so that views stay
};

}  // namespace healix::formats::csv
