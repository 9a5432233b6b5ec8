// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads CSV rows from a stream, each with its place in the source.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/byte_stream.h"
#include "base/result/result.h"
#include "formats/cutting/byte_account.h"
#include "formats/cutting/rejection.h"
#include "formats/cutting/text_encoding.h"

namespace healix::formats::csv {

/// Says how to read. The defaults fit RFC 4180 and what spreadsheets and databases export.
struct CsvOptions {
  std::optional<char> delimiter;         ///< unset: sniffed among `,` TAB `;` `|`
  std::optional<TextEncoding> encoding;  ///< unset: by byte order mark, else UTF-8
  /// How rows that are not UTF-8 are read, of an input without byte order mark: windows-1252,
  /// ISO-8859-1; UTF-8: they are rejected. Only for inputs whose `encoding` is unset.
  TextEncoding fallback = TextEncoding::kUtf8;
  std::uint64_t row_bytes_max = 64ULL << 20;  ///< a longer row is rejected (kRecordTooLarge)
  std::size_t column_count_max = 4096;        ///< more columns in the header: kLimitExceeded

  /// Errors   kInvalidArgument: a delimiter that is a quote, CR, LF or not ASCII; a limit of 0; a
  ///          fallback to UTF-16.
  Status Validate() const;
};

/// One row after the header. Views live until the next call of Next().
/// PHI      fields and bytes.
struct CsvRow {
  std::uint64_t offset = 0;  ///< first byte in the source (after decompression, before decoding)
  std::uint64_t length = 0;  ///< source bytes, with the line end
  std::uint64_t line = 0;    ///< physical line the row starts on, from 1
  std::span<const std::string_view> fields;  ///< unquoted, UTF-8; as many as the header has
  std::span<const bool> quoted;              ///< which fields stood in quotes ("" is not absent)
  std::string_view bytes;              ///< that range as UTF-8; of a rejected one the first 64 KiB
  std::optional<Rejection> rejection;  ///< set: no fields; reading goes on with the next row
};

/// Reads rows one by one in bounded memory (one row and a buffer).
/// A row with more or fewer fields than the header is rejected with its line (kCsvInvalid); so are
/// bytes after a closing quote (kCsvInvalid) and text that does not decode (kUtf8Invalid). A quote
/// that never closes is rejected at the end of the input with the line it opened on
/// (kInputTruncated). Each row stands for itself: one that is UTF-8 is read as such whatever the
/// fallback, as line ends, quotes and delimiters are the same bytes in both. Blank lines are
/// envelope, as are the header and a byte order mark. Owns     its buffers; borrows the stream for
/// its life. Threads  one at a time. Example  CsvReaderTest.ReadsQuotedFieldsAcrossLines
class CsvReader final {
 public:
  /// Reads the header. An input without one has no columns and no rows.
  /// Errors   those of the stream and of Validate(); kCsvInvalid, kLimitExceeded, kInputTruncated
  ///          when the header can't be read.
  static Result<std::unique_ptr<CsvReader>> Create(base::ByteStream& stream, CsvOptions options);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Column names in order: trimmed, lower case, everything but letters, digits and `_` as `_`;
  /// a missing name is `column_<n>`, a repeated one gets `_2`, `_3` ...
  const std::vector<std::string>& columns() const;
  /// The header as it stands in the source, as UTF-8, without the line end.
  const std::string& header_text() const;
  char delimiter() const;
  TextEncoding encoding() const;

  /// Returns the next row, nothing at the end.
  /// Errors   those of the stream (damage comes last: what lies before it is handed out first, what
  ///          it cut off is rejected); the reader is of no use afterwards.
  Result<std::optional<CsvRow>> Next();

  /// Where every source byte handed out so far belongs; complete once Next() returned nothing.
  const ByteAccount& account() const;

 private:
  class State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Writes one row after RFC 4180: quotes where needed or asked for, `,` between, CRLF at the end.
/// `quoted` may be shorter than `fields`; what it lacks is quoted only where needed.
std::string FormatCsvRow(std::span<const std::string_view> fields, std::span<const bool> quoted);

}  // namespace healix::formats::csv
