// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/value.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/testing/matchers.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

Type Of(std::string_view name) { return *ParsePrimitive(name); }

struct Case {
  const char* type;
  Value value;
  std::string bytes;
  std::string json;
};

std::vector<Case> Cases() {
  return {
      {"boolean", true, "\1"s, "true"},
      {"int", std::int32_t{-2}, "\xFE\xFF\xFF\xFF"s, "-2"},
      {"long", std::int64_t{34}, "\x22\0\0\0\0\0\0\0"s, "34"},
      {"float", 1.5F, "\0\0\xC0\x3F"s, "1.5"},
      {"double", -0.25, "\0\0\0\0\0\0\xD0\xBF"s, "-0.25"},
      {"decimal(9, 2)", Int128{1420}, "\x05\x8C"s, R"("14.20")"},
      {"decimal(9, 2)", Int128{-1}, "\xFF"s, R"("-0.01")"},
      {"decimal(9, 0)", Int128{128}, "\0\x80"s, R"("128")"},
      {"date", std::int32_t{17486}, "\x4E\x44\0\0"s, R"("2017-11-16")"},
      {"date", std::int32_t{-1}, "\xFF\xFF\xFF\xFF"s, R"("1969-12-31")"},
      {"time", std::int64_t{81068123456}, "\x40\x65\x09\xE0\x12\0\0\0"s, R"("22:31:08.123456")"},
      {"timestamp", std::int64_t{-1}, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
       R"("1969-12-31T23:59:59.999999")"},
      {"timestamptz", std::int64_t{0}, std::string(8, '\0'),
       R"("1970-01-01T00:00:00.000000+00:00")"},
      {"timestamp_ns", std::int64_t{1}, "\1\0\0\0\0\0\0\0"s, R"("1970-01-01T00:00:00.000000001")"},
      {"timestamptz_ns", std::int64_t{1}, "\1\0\0\0\0\0\0\0"s,
       R"("1970-01-01T00:00:00.000000001+00:00")"},
      {"string", "ice\"berg"s, "ice\"berg"s, R"("ice\"berg")"},
      {"uuid", "\xF7\x9C\x3E\x09\x67\x7C\x4B\xBD\xA4\x79\x3F\x34\x9C\xB7\x85\xE7"s,
       "\xF7\x9C\x3E\x09\x67\x7C\x4B\xBD\xA4\x79\x3F\x34\x9C\xB7\x85\xE7"s,
       R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")"},
      {"fixed[2]", "\0\xFF"s, "\0\xFF"s, R"("00ff")"},
      {"binary", ""s, ""s, R"("")"},
  };
}

TEST(ValueTest, BinaryAndJsonFormsGoBothWays) {
  for (const Case& c : Cases()) {
    const Type type = Of(c.type);
    const Result<std::string> bytes = EncodeValue(type, c.value);
    ASSERT_TRUE(IsOk(bytes)) << c.type;
    EXPECT_EQ(*bytes, c.bytes) << c.type;
    EXPECT_TRUE(*DecodeValue(type, *bytes) == c.value) << c.type;
    EXPECT_EQ(*PrintJsonValue(type, c.value), c.json);
    const Result<Value> parsed = ParseJsonValue(type, c.json);
    ASSERT_TRUE(IsOk(parsed)) << c.json;
    EXPECT_TRUE(*parsed == c.value) << c.json;
  }
}

TEST(ValueTest, EveryDayOfFourCenturiesHasOneText) {
  for (std::int32_t day = -80'000; day < 80'000; day += 13) {
    const std::string text = *PrintJsonValue(Of("date"), Value(day));
    EXPECT_TRUE(*ParseJsonValue(Of("date"), text) == Value(day)) << text;
  }
  EXPECT_EQ(*PrintJsonValue(Of("date"), Value(std::int32_t{11016})), R"("2000-02-29")");
}

TEST(ValueTest, ExtremesSurvive) {
  Int128 largest = 1;
  for (int i = 0; i < 38; ++i) largest *= 10;
  --largest;
  for (const Int128 number :
       {largest, -largest, Int128{0}, Int128{127}, Int128{-128}, Int128{255}}) {
    const Type type = Of("decimal(38, 10)");
    EXPECT_TRUE(*DecodeValue(type, *EncodeValue(type, Value(number))) == Value(number));
    EXPECT_TRUE(*ParseJsonValue(type, *PrintJsonValue(type, Value(number))) == Value(number));
  }
  for (const std::int64_t ticks :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const std::string text = *PrintJsonValue(Of("timestamp_ns"), Value(ticks));
    EXPECT_TRUE(*ParseJsonValue(Of("timestamp_ns"), text) == Value(ticks)) << text;
  }
}

TEST(ValueTest, ReadsBoundsOfAWidenedColumn) {
  const std::string minus_two = *EncodeValue(Of("int"), Value(std::int32_t{-2}));
  EXPECT_TRUE(*DecodeValue(Of("long"), minus_two) == Value(std::int64_t{-2}));
  EXPECT_TRUE(*DecodeValue(Of("timestamp"), minus_two) == Value(std::int64_t{-172'800'000'000}));
  const std::string half = *EncodeValue(Of("float"), Value(0.5F));
  EXPECT_TRUE(*DecodeValue(Of("double"), half) == Value(0.5));
  EXPECT_TRUE(IsError(DecodeValue(Of("time"), minus_two), ErrorCode::kMetadataInvalid));
}

TEST(ValueTest, RefusesWrongLengthsAndTexts) {
  const std::pair<const char*, std::string> lengths[] = {{"boolean", ""},
                                                         {"int", "abc"},
                                                         {"long", "abcdefg"},
                                                         {"float", "abcdefgh"},
                                                         {"date", ""},
                                                         {"decimal(9,2)", ""},
                                                         {"decimal(9,2)", std::string(17, '\0')},
                                                         {"uuid", "x"},
                                                         {"fixed[3]", "x"}};
  for (const auto& [type, bytes] : lengths) {
    EXPECT_TRUE(IsError(DecodeValue(Of(type), bytes), ErrorCode::kMetadataInvalid)) << type;
  }
  const std::pair<const char*, const char*> texts[] = {
      {"boolean", "1"},
      {"int", "2147483648"},
      {"int", "1.5"},
      {"long", R"("1")"},
      {"date", R"("2023-02-29")"},
      {"date", R"("2023-2-9")"},
      {"date", "3"},
      {"time", R"("24:00:00")"},
      {"time", R"("10:00:00.1234567")"},
      {"timestamp", R"("2023-01-01 00:00:00")"},
      {"timestamp", R"("2023-01-01T00:00:00+00:00")"},
      {"timestamptz", R"("2023-01-01T00:00:00+01:00")"},
      {"timestamptz", R"("2023-01-01T00:00:00")"},
      {"decimal(4,2)", R"("123.45")"},
      {"decimal(4,2)", R"("1.234")"},
      {"decimal(4,2)", R"("x")"},
      {"uuid", R"("f79c3e09677c4bbda4793f349cb785e7")"},
      {"binary", R"("0g")"},
      {"fixed[2]", R"("00")"}};
  for (const auto& [type, json] : texts) {
    EXPECT_TRUE(IsError(ParseJsonValue(Of(type), json), ErrorCode::kMetadataInvalid))
        << type << json;
  }
}

TEST(ValueTest, OrdersAsTheSpecificationAsks) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(Compare(Value(), Value(-1.0)) < 0);
  EXPECT_TRUE(Compare(Value(-0.0), Value(0.0)) < 0);
  EXPECT_TRUE(Compare(Value(1e300), Value(nan)) < 0);
  EXPECT_TRUE(Compare(Value(nan), Value(nan)) == 0);
  EXPECT_TRUE(Compare(Value("a"s), Value("\xC3\xA9"s)) < 0);
  EXPECT_TRUE(Compare(Value(Int128{-5}), Value(Int128{3})) < 0);
}

TEST(ValueTest, RoundsUpperBoundsUp) {
  const Type text = Of("string");
  const Type binary = Of("binary");
  EXPECT_TRUE(TruncateUpperBound(text, Value("short"s)) == Value("short"s));
  EXPECT_TRUE(TruncateUpperBound(text, Value("0123456789abcdefg"s)) == Value("0123456789abcdeg"s));
  EXPECT_TRUE(TruncateLowerBound(text, Value("0123456789abcdefg"s)) == Value("0123456789abcdef"s));
  // 16 characters, not bytes; the last one that can be raised is raised.
  std::string accents;
  for (int i = 0; i < 20; ++i) accents += "\xC3\xA9";
  EXPECT_EQ(std::get<std::string>(TruncateLowerBound(text, Value(accents))).size(), 32U);
  const std::string topmost =
      "a"s + "\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF"s;
  EXPECT_TRUE(TruncateUpperBound(text, Value(topmost + topmost + topmost + topmost)).has_value());
  const std::string surrogate = std::string(15, 'a') + "\xED\x9F\xBF" + "b";
  EXPECT_TRUE(TruncateUpperBound(text, Value(surrogate)) ==
              Value(std::string(15, 'a') + "\xEE\x80\x80"));
  EXPECT_EQ(TruncateUpperBound(binary, Value(std::string(17, '\xFF'))), std::nullopt);
  EXPECT_TRUE(TruncateUpperBound(binary, Value("\x01"s + std::string(17, '\xFF'))) ==
              Value("\x02"s));
  EXPECT_TRUE(TruncateUpperBound(Of("long"), Value(std::int64_t{7})) == Value(std::int64_t{7}));
}

TEST(ValueTest, HumansReadValues) {
  EXPECT_EQ(HumanValue(Of("date"), Value(std::int32_t{0})), "1970-01-01");
  EXPECT_EQ(HumanValue(Of("binary"), Value("\x01\x02\x03\x04"s)), "AQIDBA==");
  EXPECT_EQ(HumanValue(Of("string"), Value()), "null");
  EXPECT_EQ(HumanValue(Of("decimal(5, 3)"), Value(Int128{-7})), "-0.007");
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
