// SPDX-License-Identifier: Apache-2.0
// A file read whole must give the same rows as in small reads; every byte must stand in one class;
// rows that are printed must read back the same. The first byte of the input chooses reads, limits
// and encoding.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/check.h"
#include "formats/csv/csv_reader.h"
#include "formats/cutting/memory_stream.h"

namespace {

using namespace healix::formats;
using csv::CsvOptions;
using csv::CsvReader;

struct Reading {
  std::string description;
  std::string printed;  // header and good rows
  std::string good_fields;
};

void AddFields(std::span<const std::string_view> fields, std::string& text) {
  for (const std::string_view field : fields) text.append(field).push_back('\x1E');
  text.push_back('\x1D');
}

Reading Read(std::string_view text, std::size_t read_bytes, const CsvOptions& options) {
  MemoryStream stream(text, read_bytes);
  const auto reader = CsvReader::Create(stream, options);
  if (!reader) return {std::string(Name(reader.error().code())), "", ""};
  Reading reading;
  const std::vector<std::string_view> columns((*reader)->columns().begin(),
                                              (*reader)->columns().end());
  reading.printed = csv::FormatCsvRow(columns, {});
  for (;;) {
    const auto row = (*reader)->Next();
    HEALIX_CHECK(row.has_value(), "a text can't make Next() fail");
    if (!*row) break;
    const csv::CsvRow& got = **row;
    reading.description += std::to_string(got.line) + "@" + std::to_string(got.offset) + "+" +
                           std::to_string(got.length) + ":" + std::string(got.bytes);
    if (got.rejection) {
      reading.description += got.rejection->sha256.ToHex();
      continue;
    }
    HEALIX_CHECK(got.fields.size() == columns.size(), "a row does not fit the header");
    AddFields(got.fields, reading.description);
    AddFields(got.fields, reading.good_fields);
    reading.printed += csv::FormatCsvRow(got.fields, got.quoted);
  }
  HEALIX_CHECK((*reader)->account().total_bytes() == text.size(), "bytes were lost or invented");
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  if (bytes == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, bytes - 1);
  CsvOptions options;
  if (data[0] % 4 == 1) options.encoding = TextEncoding::kWindows1252;
  const Reading whole = Read(text, SIZE_MAX, options);
  const Reading parts = Read(text, 1 + data[0] / 4 % 16, options);
  HEALIX_CHECK(whole.description == parts.description, "small reads give other rows");

  CsvOptions printed_options;
  printed_options.delimiter = ',';
  printed_options.encoding = TextEncoding::kUtf8;
  const Reading again = Read(whole.printed, SIZE_MAX, printed_options);
  HEALIX_CHECK(again.good_fields == whole.good_fields, "printed rows read back otherwise");
  return 0;
}
