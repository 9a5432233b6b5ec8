// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the header of a CSV file: how it is written and what the columns are called.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "formats/csv/csv_reader.h"
#include "formats/csv/row_end_finder_internal.h"
#include "formats/cutting/stream_window.h"

namespace healix::formats::csv {

/// What the header says.
struct CsvHeader {
  CsvDialect dialect;
  std::vector<std::string> columns;
  std::string text;              ///< without the line end
  std::uint64_t line_count = 0;  ///< physical lines up to and with the header
};

/// Reads blank lines and the header and leaves the window behind them. Of the delimiters the one
/// that gives the header most fields is taken; a CR that no LF follows ends lines.
/// Errors   as CsvReader::Create().
Result<CsvHeader> ReadHeader(StreamWindow& window, const CsvOptions& options);

/// The encoding of rows that are not UTF-8; UTF-8 when there is none.
TextEncoding FallbackFor(const StreamWindow& window, const CsvOptions& options);

/// Turns a name as written into a column name (see CsvReader::columns()).
std::vector<std::string> NormaliseNames(const std::vector<std::string>& names);

}  // namespace healix::formats::csv
