// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/csv_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"

namespace healix::formats::csv {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using List = std::vector<std::string>;

struct SeenRow {
  CsvRow row;
  List fields;
  std::string bytes;
};

struct Reading {
  List columns;
  std::string header_text;
  char delimiter = 0;
  std::vector<SeenRow> rows;
  ByteAccount account;

  std::vector<List> fields() const {
    std::vector<List> all;
    for (const SeenRow& row : rows) {
      if (!row.row.rejection) all.push_back(row.fields);
    }
    return all;
  }
};

Reading Read(std::string_view text, const CsvOptions& options = {},
             std::size_t read_bytes = SIZE_MAX) {
  MemoryStream stream(text, read_bytes);
  Reading reading;
  const auto reader = CsvReader::Create(stream, options);
  EXPECT_TRUE(IsOk(reader));
  if (!reader) return reading;
  reading.columns = (*reader)->columns();
  reading.header_text = (*reader)->header_text();
  reading.delimiter = (*reader)->delimiter();
  for (;;) {
    const auto row = (*reader)->Next();
    EXPECT_TRUE(IsOk(row));
    if (!row || !*row) break;
    reading.rows.push_back(
        {**row, {(*row)->fields.begin(), (*row)->fields.end()}, std::string((*row)->bytes)});
  }
  reading.account = (*reader)->account();
  EXPECT_EQ(reading.account.total_bytes(), text.size());
  return reading;
}

void ExpectRejected(const SeenRow& seen, ErrorCode code, std::uint64_t line) {
  ASSERT_TRUE(seen.row.rejection.has_value());
  EXPECT_EQ(seen.row.rejection->error.code(), code);
  EXPECT_EQ(seen.row.rejection->error.position().line, line);
  EXPECT_TRUE(seen.fields.empty());
}

std::string Utf16Be(std::u16string_view text) {
  std::string bytes = "\xFE\xFF";
  for (const char16_t unit : text) {
    bytes.push_back(static_cast<char>(unit >> 8));
    bytes.push_back(static_cast<char>(unit & 0xFF));
  }
  return bytes;
}

TEST(CsvReaderTest, ReadsQuotedFieldsAcrossLines) {
  const std::string text =
      "id,text\r\n1,\"say \"\"hi\"\",\r\nthere\"\r\n2,plain\r\n\r\n3,\"\"\r\n4,\r\n";
  for (const std::size_t read_bytes : {1, 2, 3, 5, 1000}) {
    const Reading reading = Read(text, {}, read_bytes);
    EXPECT_EQ(reading.columns, (List{"id", "text"}));
    EXPECT_EQ(
        reading.fields(),
        (std::vector<List>{{"1", "say \"hi\",\r\nthere"}, {"2", "plain"}, {"3", ""}, {"4", ""}}));
    EXPECT_EQ(reading.rows[0].row.line, 2U);
    EXPECT_EQ(reading.rows[1].row.line, 4U);
    EXPECT_EQ(reading.rows[2].row.line, 6U);
    EXPECT_EQ(reading.rows[1].row.offset, text.find("2,plain"));
    EXPECT_EQ(reading.rows[1].bytes, "2,plain\r\n");
    EXPECT_EQ(reading.account.envelope_bytes, 9U + 2);
    EXPECT_EQ(reading.account.rejected_bytes, 0U);
  }
}

TEST(CsvReaderTest, TellsQuotedEmptyFromAbsent) {
  MemoryStream stream("a,b\n\"\",\n");
  const auto reader = CsvReader::Create(stream, {});
  ASSERT_TRUE(IsOk(reader));
  const auto row = (*reader)->Next();
  ASSERT_TRUE(IsOk(row));
  EXPECT_TRUE((**row).quoted[0]);
  EXPECT_FALSE((**row).quoted[1]);
}

TEST(CsvReaderTest, SniffsDelimiterAndLineEnds) {
  EXPECT_EQ(Read("a;b;c\n1;2,5;3\n").fields(), (std::vector<List>{{"1", "2,5", "3"}}));
  EXPECT_EQ(Read("a\tb\n1\t2\n").delimiter, '\t');
  EXPECT_EQ(Read("a|b\n1|2\n").delimiter, '|');
  EXPECT_EQ(Read("\"x,y\";b\n1;2\n").columns, (List{"x_y", "b"}));
  EXPECT_EQ(Read("a,b\r1,2\r3,4\r").fields(), (std::vector<List>{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(Read("one\n1\n2").fields(), (std::vector<List>{{"1"}, {"2"}}));
  CsvOptions options;
  options.delimiter = ':';
  EXPECT_EQ(Read("a:b,c\n1:2\n", options).columns, (List{"a", "b_c"}));
}

TEST(CsvReaderTest, NormalisesColumnNames) {
  EXPECT_EQ(Read(" Person ID ,,Gr\xC3\xB6\xC3\x9F"
                 "e,a,A,a_2\n")
                .columns,
            (List{"person_id", "column_2", "gr__e", "a", "a_2", "a_2_2"}));
}

TEST(CsvReaderTest, RaggedRowsAreRejectedWithTheirLine) {
  const Reading reading = Read("a,b\n1,2\n1,2,3\n\"x\ny\"\n5,6\n");
  ASSERT_EQ(reading.rows.size(), 4U);
  ExpectRejected(reading.rows[1], ErrorCode::kCsvInvalid, 3);
  ExpectRejected(reading.rows[2], ErrorCode::kCsvInvalid, 4);
  EXPECT_EQ(reading.rows[2].bytes, "\"x\ny\"\n");
  EXPECT_EQ(reading.rows[3].row.line, 6U);
  EXPECT_EQ(reading.fields(), (std::vector<List>{{"1", "2"}, {"5", "6"}}));
  EXPECT_EQ(reading.account.rejected_bytes, 6U + 6);
}

TEST(CsvReaderTest, BytesBehindAClosingQuoteAreRejected) {
  const std::string text = "a,b\n\"1\"x,2\n3,4\"5\n";
  const Reading reading = Read(text);
  ExpectRejected(reading.rows[0], ErrorCode::kCsvInvalid, 2);
  EXPECT_EQ(reading.rows[0].row.rejection->error.position().byte_offset, text.find('x'));
  EXPECT_EQ(reading.rows[1].fields, (List{"3", "4\"5"}));
}

TEST(CsvReaderTest, AnUnclosedQuoteIsRejectedAtTheLineItOpened) {
  const Reading reading = Read("a,b\n1,2\n3,\"x\ny\nz");
  ASSERT_EQ(reading.rows.size(), 2U);
  ExpectRejected(reading.rows[1], ErrorCode::kInputTruncated, 3);
  const Reading later = Read("a,b\n\"1\n2\",\"x\ny");
  ExpectRejected(later.rows[0], ErrorCode::kInputTruncated, 3);
}

TEST(CsvReaderTest, RowsOverTheLimitAreRejectedAndReadingGoesOn) {
  const std::string large = "1,\"" + std::string(300'000, 'x') + "\n\"\n";
  CsvOptions options;
  options.row_bytes_max = 1000;
  for (const std::size_t read_bytes : {std::size_t{777}, SIZE_MAX}) {
    const Reading reading = Read("a,b\n" + large + "2,3\n", options, read_bytes);
    ASSERT_EQ(reading.rows.size(), 2U);
    ExpectRejected(reading.rows[0], ErrorCode::kRecordTooLarge, 2);
    EXPECT_EQ(reading.rows[0].row.length, large.size());
    EXPECT_EQ(reading.rows[0].row.rejection->sha256, base::Sha256Of(large));
    EXPECT_EQ(reading.rows[0].bytes, large.substr(0, kRejectedHeadBytesMax));
    EXPECT_EQ(reading.rows[1].row.line, 4U);
  }
}

TEST(CsvReaderTest, ReadsOtherEncodingsWithSourcePositions) {
  CsvOptions western;
  western.encoding = TextEncoding::kWindows1252;
  const Reading reading = Read(
      "name,x\nM\xFCller,\x80"
      "5\nb,c\n",
      western);
  EXPECT_EQ(reading.fields()[0], (List{"M\u00fcller", "\u20ac5"}));
  EXPECT_EQ(reading.rows[1].row.offset, 17U);
  const std::string wide = Utf16Be(u"a,b\n\u00fc,\U0001F600\n");
  const Reading utf16 = Read(wide, {}, 3);
  EXPECT_EQ(utf16.fields()[0], (List{"\u00fc", "\U0001F600"}));
  EXPECT_EQ(utf16.rows[0].row.offset, 2U + 8);
  EXPECT_EQ(utf16.rows[0].row.length, 10U);
  EXPECT_EQ(Read("\xEF\xBB\xBF"
                 "a,b\n1,2\n")
                .columns,
            (List{"a", "b"}));
}

TEST(CsvReaderTest, TextThatDoesNotDecodeIsRejected) {
  const Reading reading = Read("a,b\n1,\xFF\n3,4\n");
  ExpectRejected(reading.rows[0], ErrorCode::kUtf8Invalid, 2);
  EXPECT_EQ(reading.rows[0].row.rejection->error.position().byte_offset, 6U);
  EXPECT_EQ(reading.fields(), (std::vector<List>{{"3", "4"}}));
}

TEST(CsvReaderTest, EmptyInputsHaveNoColumns) {
  EXPECT_TRUE(Read("").columns.empty());
  EXPECT_TRUE(Read("\n\r\n").columns.empty());
  EXPECT_TRUE(Read("a,b").rows.empty());
}

TEST(CsvReaderTest, RefusesHeadersThatCannotBeRead) {
  const auto code_of = [](std::string_view text, const CsvOptions& options) {
    MemoryStream stream(text);
    const auto reader = CsvReader::Create(stream, options);
    return reader ? ErrorCode::kInternal : reader.error().code();
  };
  EXPECT_EQ(code_of("\"a,b\n1,2\n", {}), ErrorCode::kInputTruncated);
  EXPECT_EQ(code_of("\"a\"x,b\n", {}), ErrorCode::kCsvInvalid);
  EXPECT_EQ(code_of("a\xFF,b\n", {}), ErrorCode::kUtf8Invalid);
  CsvOptions narrow;
  narrow.column_count_max = 2;
  EXPECT_EQ(code_of("a,b,c\n", narrow), ErrorCode::kLimitExceeded);
  CsvOptions quote;
  quote.delimiter = '"';
  EXPECT_EQ(code_of("a\n", quote), ErrorCode::kInvalidArgument);
}

TEST(CsvReaderTest, WhatIsWrittenReadsBackTheSame) {
  const std::vector<std::string_view> fields = {"plain", "a,b", "q\"q", "two\r\nlines", ""};
  const bool quoted[] = {false, false, false, false, true};
  const std::string row = FormatCsvRow(fields, quoted);
  EXPECT_EQ(row, "plain,\"a,b\",\"q\"\"q\",\"two\r\nlines\",\"\"\r\n");
  const Reading reading = Read("a,b,c,d,e\r\n" + row);
  EXPECT_EQ(reading.fields()[0], (List{"plain", "a,b", "q\"q", "two\r\nlines", ""}));
}

TEST(CsvReaderTest, ARowThatDamageCutsOffIsNotTakenForWhole) {
  const std::string text = "id,name\n1,Anna\n2,Bert";  // perhaps Bertram
  for (const std::size_t read_bytes : {std::size_t{1}, std::size_t{5}, SIZE_MAX}) {
    DamagedStream stream(text, read_bytes);
    const auto reader = CsvReader::Create(stream, {});
    ASSERT_TRUE(IsOk(reader));
    auto row = (*reader)->Next();
    ASSERT_TRUE(IsOk(row));
    EXPECT_FALSE((*row)->rejection.has_value());
    row = (*reader)->Next();
    ASSERT_TRUE(IsOk(row));
    ASSERT_TRUE((*row)->rejection.has_value());
    EXPECT_EQ((*row)->rejection->error.code(), ErrorCode::kInputTruncated);
    EXPECT_TRUE(IsError((*reader)->Next(), ErrorCode::kArchiveInvalid));
    EXPECT_EQ((*reader)->account().total_bytes(), text.size());
  }
  DamagedStream header("id,na");
  EXPECT_TRUE(IsError(CsvReader::Create(header, {}), ErrorCode::kArchiveInvalid));
}

TEST(CsvReaderTest, RowsThatAreNotUtf8AreReadInTheFallback) {
  const std::string text =
      "id,stra\xDF"
      "e,n\n1,M\xFCller,\x80\n2,M\u00fcller,x\n3,\"M\xFC\"x,y\n4,a,b\n";
  CsvOptions options;
  options.fallback = TextEncoding::kWindows1252;
  for (const std::size_t read_bytes : {std::size_t{1}, SIZE_MAX}) {
    MemoryStream stream(text, read_bytes);
    const auto reader = CsvReader::Create(stream, options);
    ASSERT_TRUE(IsOk(reader));
    EXPECT_EQ((*reader)->header_text(), "id,stra\u00dfe,n");
    EXPECT_EQ((*reader)->columns(), (List{"id", "stra_e", "n"}));
    std::vector<std::string> names;
    std::uint64_t next_offset = text.find('\n') + 1;
    for (auto row = (*reader)->Next(); row && *row; row = (*reader)->Next()) {
      EXPECT_EQ((*row)->offset, next_offset);
      next_offset += (*row)->length;
      if ((*row)->rejection) {
        EXPECT_EQ((*row)->rejection->error.position().byte_offset, text.find("x,y"));
        names.emplace_back("rejected");
      } else {
        names.push_back(std::string((*row)->fields[1]) + std::string((*row)->fields[2]));
      }
    }
    EXPECT_EQ(names, (List{"M\u00fcller\u20ac", "M\u00fcllerx", "rejected", "ab"}));
    EXPECT_EQ((*reader)->account().total_bytes(), text.size());
  }
}

TEST(CsvReaderTest, AMarkOverrulesTheFallback) {
  CsvOptions options;
  options.fallback = TextEncoding::kLatin1;
  MemoryStream stream("\xEF\xBB\xBFid\n\xFC\n");
  const auto reader = CsvReader::Create(stream, options);
  ASSERT_TRUE(IsOk(reader));
  const auto row = (*reader)->Next();
  ASSERT_TRUE(IsOk(row));
  EXPECT_EQ((*row)->rejection->error.code(), ErrorCode::kUtf8Invalid);
  options.fallback = TextEncoding::kUtf16Le;
  EXPECT_TRUE(IsError(CsvReader::Create(stream, options), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::csv
