// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"
#include "formats/cutting/rejected_range.h"
#include "formats/cutting/stream_window.h"
#include "formats/cutting/utf8.h"

namespace healix::formats {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

std::string Utf16Le(std::u16string_view text) {
  std::string bytes;
  for (const char16_t unit : text) {
    bytes.push_back(static_cast<char>(unit & 0xFF));
    bytes.push_back(static_cast<char>(unit >> 8));
  }
  return bytes;
}

void ReadAll(StreamWindow& window) {
  for (bool more = true; more;) {
    const auto result = window.More();
    ASSERT_TRUE(IsOk(result));
    more = *result;
  }
}

TEST(StreamWindowTest, PositionsAreThoseOfTheSource) {
  const std::string source = "\xFF\xFE" + Utf16Le(u"a\u00e9\u20ac\U0001F600b");
  for (std::size_t read_bytes = 1; read_bytes < 6; ++read_bytes) {
    MemoryStream stream(source, read_bytes);
    StreamWindow window(stream);
    ASSERT_TRUE(IsOk(window.Open(std::nullopt)));
    ReadAll(window);
    EXPECT_EQ(window.text(), "a\u00e9\u20ac\U0001F600b");
    EXPECT_EQ(window.offset(), 2U);
    window.Skip(1 + 2 + 3 + 4);
    EXPECT_EQ(window.offset(), 2U + 2 + 2 + 2 + 4);
    window.Skip(1);
    EXPECT_EQ(window.offset(), source.size());
  }
}

TEST(StreamWindowTest, WhatDoesNotDecodeIsInvalidAndStillCounted) {
  const std::string source = Utf16Le(u"a\xD800z\xDC00") + "x";  // lone surrogates, half a unit
  MemoryStream stream(source, 3);
  StreamWindow window(stream);
  ASSERT_TRUE(IsOk(window.Open(TextEncoding::kUtf16Le)));
  ReadAll(window);
  EXPECT_EQ(FindInvalidUtf8(window.text()), 1U);
  window.Skip(window.text().size());
  EXPECT_EQ(window.offset(), source.size());
}

TEST(StreamWindowTest, ReadsWindows1252WithSourcePositions) {
  const std::string source =
      "na\xEFve \x80"
      "5";
  MemoryStream stream(source, 2);
  StreamWindow window(stream);
  ASSERT_TRUE(IsOk(window.Open(TextEncoding::kWindows1252)));
  ReadAll(window);
  EXPECT_EQ(window.text(), "na\u00efve \u20ac5");
  window.Skip(window.text().size());
  EXPECT_EQ(window.offset(), source.size());
}

TEST(StreamWindowTest, FindsUtf16WithoutAMarkAndRefusesUtf32) {
  const std::string plain = Utf16Le(u"<a/>");
  MemoryStream stream(plain);
  StreamWindow window(stream);
  ASSERT_TRUE(IsOk(window.Open(std::nullopt)));
  EXPECT_EQ(window.encoding(), TextEncoding::kUtf16Le);
  const std::string utf32 = "\xFF\xFE\0\0a\0\0\0"s;
  MemoryStream wide(utf32);
  StreamWindow refused(wide);
  EXPECT_TRUE(IsError(refused.Open(std::nullopt), ErrorCode::kEncodingUnsupported));
}

TEST(StreamWindowTest, KeepsTheRestWhileItGrows) {
  const std::string source(300'000, 'x');
  MemoryStream stream(source, 1000);
  StreamWindow window(stream);
  ASSERT_TRUE(IsOk(window.Open(std::nullopt)));
  std::size_t seen = 0;
  for (bool more = true; more;) {
    const std::size_t step = window.text().size() / 2;
    window.Skip(step);
    seen += step;
    ASSERT_EQ(window.offset(), seen);
    const auto result = window.More();
    ASSERT_TRUE(IsOk(result));
    more = *result;
  }
  EXPECT_EQ(seen + window.text().size(), source.size());
}

TEST(StreamWindowTest, DamageEndsTheTextAndIsTold) {
  for (const std::size_t read_bytes : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    DamagedStream stream("some text", read_bytes);
    StreamWindow window(stream);
    ASSERT_TRUE(IsOk(window.Open(std::nullopt)));
    ReadAll(window);
    EXPECT_EQ(window.text(), "some text");
    EXPECT_TRUE(IsError(window.CheckEnd(), ErrorCode::kArchiveInvalid));
  }
}

TEST(RejectedRangeTest, KeepsTheHeadAndHashesAll) {
  const std::string text(100'000, 'q');
  RejectedRange range;
  range.Add(std::string_view(text).substr(0, 70'000));
  range.Add(std::string_view(text).substr(70'000));
  EXPECT_EQ(range.head(), text.substr(0, kRejectedHeadBytesMax));
  const auto rejection = range.Finish(MakeError(ErrorCode::kJsonInvalid, "test"));
  EXPECT_EQ(rejection.sha256, base::Sha256Of(text));
}

TEST(Utf8Test, FindsTheFirstBadByte) {
  const std::string ascii(40, 'a');
  EXPECT_EQ(FindInvalidUtf8(ascii + "\u00e9\u20ac\U0001F600" + ascii), std::nullopt);
  EXPECT_EQ(FindInvalidUtf8(ascii + "\x80"), 40U);      // continuation alone
  EXPECT_EQ(FindInvalidUtf8("\xC0\xAF"), 0U);           // overlong
  EXPECT_EQ(FindInvalidUtf8("a\xED\xA0\x80"), 1U);      // surrogate
  EXPECT_EQ(FindInvalidUtf8("a\xF4\x90\x80\x80"), 1U);  // above U+10FFFF
  EXPECT_EQ(FindInvalidUtf8("\u00e9\xE2\x82"), 2U);     // cut by the end
  EXPECT_EQ(FindInvalidUtf8("\xE0\x80\x80"), 0U);
  EXPECT_EQ(FindInvalidUtf8("\xF8\x88\x80\x80\x80"), 0U);
}

}  // namespace
}  // namespace healix::formats
