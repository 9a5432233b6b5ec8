// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/csv_reader.h"

#include "formats/csv/csv_header_internal.h"
#include "formats/csv/field_splitter_internal.h"
#include "formats/cutting/drain.h"
#include "formats/cutting/rejected_range.h"
#include "formats/cutting/utf8.h"

namespace healix::formats::csv {

Status CsvOptions::Validate() const {
  const char d = delimiter.value_or(',');
  if (d == '"' || d == '\r' || d == '\n' || static_cast<unsigned char>(d) >= 0x80 || d == '\0') {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a CSV delimiter is one ASCII character other than a quote, CR, LF");
  }
  if (fallback == TextEncoding::kUtf16Le || fallback == TextEncoding::kUtf16Be) {
    return MakeError(ErrorCode::kInvalidArgument, "a CSV fallback has one byte per character");
  }
  if (row_bytes_max == 0 || column_count_max == 0) {
    return MakeError(ErrorCode::kInvalidArgument, "CSV limits must be over 0");
  }
  return {};
}

/// Window, header and where reading stands.
class CsvReader::State final {
 public:
  State(std::unique_ptr<StreamWindow> window, CsvHeader header, const CsvOptions& options)
      : window_(std::move(window)),
        header_(std::move(header)),
        splitter_(header_.dialect, header_.columns.size()),
        row_bytes_max_(options.row_bytes_max),
        fallback_(FallbackFor(*window_, options)),
        line_(header_.line_count + 1) {
    account_.envelope_bytes = window_->offset();
  }

  Result<std::optional<CsvRow>> Next();
  const CsvHeader& header() const { return header_; }
  TextEncoding encoding() const { return window_->encoding(); }
  const ByteAccount& account() const { return account_; }

 private:
  Result<std::optional<CsvRow>> Step();
  Result<CsvRow> TakeTooLong(RowEndFinder& finder, RowEnd end);
  CsvRow TakeRow(const RowEndFinder& finder, std::size_t bytes);
  void Fill(CsvRow& row);
  TextEncoding Decode(CsvRow& row);
  void Reject(CsvRow& row, Error error);
  Error TooLarge() const {
    return MakeError(ErrorCode::kRecordTooLarge, "a CSV row is longer than {} bytes",
                     row_bytes_max_);
  }
  std::string_view WithoutLineEnd(std::string_view row) const;

  std::unique_ptr<StreamWindow> window_;
  CsvHeader header_;
  FieldSplitter splitter_;
  std::uint64_t row_bytes_max_;
  TextEncoding fallback_;
  std::string decoded_;         // the last row that was not UTF-8
  std::uint64_t line_;          // of the row at the front of the window
  std::size_t handed_out_ = 0;  // bytes of the window that the last row still looks at
  std::string rejected_head_;
  ByteAccount account_;
};

Result<std::optional<CsvRow>> CsvReader::State::Next() {
  window_->Skip(handed_out_);
  handed_out_ = 0;
  for (;;) {
    if (window_->text().empty()) {
      HEALIX_TRY(const bool more, window_->More());
      if (!more) {
        HEALIX_RETURN_IF_ERROR(window_->CheckEnd());
        return std::optional<CsvRow>();
      }
    }
    HEALIX_TRY(auto row, Step());
    if (row) return row;
  }
}

/// Reads one line: a row, or nothing when it is blank.
Result<std::optional<CsvRow>> CsvReader::State::Step() {
  RowEndFinder finder(header_.dialect);
  std::size_t scanned = 0;
  for (;;) {
    const RowEnd end = finder.Scan(window_->text().substr(scanned));
    scanned += end.bytes;
    if (scanned > row_bytes_max_) {
      HEALIX_TRY(CsvRow row, TakeTooLong(finder, {end.found, scanned}));
      return std::optional(std::move(row));
    }
    if (end.found) break;
    HEALIX_TRY(const bool more, window_->More());
    if (!more) break;
  }
  if (WithoutLineEnd(window_->text().substr(0, scanned)).empty()) {
    account_.envelope_bytes += window_->SourceBytesOf(window_->text().substr(0, scanned));
    window_->Skip(scanned);
    ++line_;
    return std::optional<CsvRow>();
  }
  return std::optional(TakeRow(finder, scanned));
}

CsvRow CsvReader::State::TakeRow(const RowEndFinder& finder, std::size_t bytes) {
  CsvRow row;
  row.bytes = window_->text().substr(0, bytes);
  row.offset = window_->offset();
  row.length = window_->SourceBytesOf(row.bytes);
  row.line = line_;
  handed_out_ = bytes;
  line_ += finder.line_ends() + 1;
  if (window_->damage() && !finder.in_quotes() && !row.bytes.ends_with(header_.dialect.newline)) {
    Reject(row, MakeError(ErrorCode::kInputTruncated, "the input breaks off in a row"));
  } else if (finder.in_quotes()) {
    const Error error = MakeError(ErrorCode::kInputTruncated, "a quote is never closed");
    Reject(row, error.At({.file = {},
                          .byte_offset = row.offset,
                          .line = row.line + finder.line_ends_before_quote()}));
  } else {
    Fill(row);
  }
  (row.rejection ? account_.rejected_bytes : account_.record_bytes) += row.length;
  return row;
}

/// Turns a row that is not UTF-8 into it, if that may be, and returns the encoding it was in.
TextEncoding CsvReader::State::Decode(CsvRow& row) {
  if (fallback_ == TextEncoding::kUtf8 || !FindInvalidUtf8(row.bytes)) return window_->encoding();
  decoded_.clear();
  AppendAsUtf8(fallback_, row.bytes, decoded_);
  row.bytes = decoded_;
  return fallback_;
}

void CsvReader::State::Fill(CsvRow& row) {
  const TextEncoding encoding = Decode(row);
  if (const auto bad = FindInvalidUtf8(row.bytes)) {
    const std::uint64_t before = window_->SourceBytesOf(row.bytes.substr(0, *bad));
    Error error = MakeError(ErrorCode::kUtf8Invalid, "a row is not in the encoding {}",
                            SafeName(Name(window_->encoding())));
    return Reject(row,
                  error.At({.file = {}, .byte_offset = row.offset + before, .line = row.line}));
  }
  if (const auto fault = splitter_.Split(WithoutLineEnd(row.bytes))) {
    const std::uint64_t before = SourceBytes(encoding, row.bytes.substr(0, *fault));
    Error error = MakeError(ErrorCode::kCsvInvalid, "characters stand behind a closing quote");
    return Reject(row,
                  error.At({.file = {}, .byte_offset = row.offset + before, .line = row.line}));
  }
  if (splitter_.count() != header_.columns.size()) {
    return Reject(row, MakeError(ErrorCode::kCsvInvalid, "a row has {} fields, the header {}",
                                 splitter_.count(), header_.columns.size()));
  }
  row.fields = splitter_.fields();
  row.quoted = splitter_.quoted();
}

void CsvReader::State::Reject(CsvRow& row, Error error) {
  RejectedRange range;
  range.Add(row.bytes);
  rejected_head_ = range.head();
  row.bytes = rejected_head_;
  row.rejection = range.Finish(error.At({.file = {}, .byte_offset = row.offset, .line = row.line}));
}

/// Reads on to the end of a row that is too long, keeping its head and its hash only.
Result<CsvRow> CsvReader::State::TakeTooLong(RowEndFinder& finder, RowEnd end) {
  const auto scan = [&finder](std::string_view text) -> DrainStep {
    const RowEnd next = finder.Scan(text);
    return {next.found, next.bytes};
  };
  Error error = TooLarge().At({.file = {}, .byte_offset = window_->offset(), .line = line_});
  HEALIX_TRY(Drained drained, Drain(*window_, {end.found, end.bytes}, scan, std::move(error)));
  CsvRow row;
  row.offset = drained.offset;
  row.length = drained.length;
  row.line = line_;
  rejected_head_ = std::move(drained.head);
  row.bytes = rejected_head_;
  row.rejection = std::move(drained.rejection);
  line_ += finder.line_ends() + 1;
  account_.rejected_bytes += row.length;
  return row;
}

std::string_view CsvReader::State::WithoutLineEnd(std::string_view row) const {
  if (row.ends_with(header_.dialect.newline)) row.remove_suffix(1);
  if (header_.dialect.newline == '\n' && row.ends_with('\r')) row.remove_suffix(1);
  return row;
}

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;

Result<std::unique_ptr<CsvReader>> CsvReader::Create(base::ByteStream& stream, CsvOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  auto window = std::make_unique<StreamWindow>(stream);
  HEALIX_RETURN_IF_ERROR(window->Open(options.encoding));
  HEALIX_TRY(CsvHeader header, ReadHeader(*window, options));
  return std::unique_ptr<CsvReader>(
      new CsvReader(std::make_unique<State>(std::move(window), std::move(header), options)));
}

Result<std::optional<CsvRow>> CsvReader::Next() { return state_->Next(); }
const std::vector<std::string>& CsvReader::columns() const { return state_->header().columns; }
const std::string& CsvReader::header_text() const { return state_->header().text; }
char CsvReader::delimiter() const { return state_->header().dialect.delimiter; }
TextEncoding CsvReader::encoding() const { return state_->encoding(); }
const ByteAccount& CsvReader::account() const { return state_->account(); }

}  // namespace healix::formats::csv
