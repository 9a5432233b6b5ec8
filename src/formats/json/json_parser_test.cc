// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "base/testing/matchers.h"

namespace healix::formats::json {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

std::string Canonical(std::string_view text) {
  JsonParser parser({});
  const auto result = parser.Parse(text);
  EXPECT_TRUE(IsOk(result)) << text;
  return result ? std::string(result->text()) : "";
}

/// Expects a refusal with this code at this offset.
void ExpectRefused(std::string_view text, ErrorCode code, std::uint64_t offset) {
  JsonParser parser({.depth_max = 4});
  const auto result = parser.Parse(text);
  ASSERT_TRUE(IsError(result, code)) << text;
  EXPECT_EQ(result.error().position().byte_offset, offset) << text;
}

TEST(JsonParserTest, WritesTheCanonicalForm) {
  EXPECT_EQ(Canonical(" { \"b\" : [ 1.0 , true ] ,\r\n\t\"a\" : { \"d\" : null , \"c\" : {} } } "),
            R"({"a":{"c":{},"d":null},"b":[1.0,true]})");
  EXPECT_EQ(Canonical(R"([1.00, -0, 1E+05, 12345678901234567890.10])"),
            "[1.00,-0,1E+05,12345678901234567890.10]");
  EXPECT_EQ(Canonical("{}"), "{}");
  EXPECT_EQ(Canonical("[]"), "[]");
  EXPECT_EQ(Canonical("false"), "false");
}

TEST(JsonParserTest, WritesStringsInOneForm) {
  EXPECT_EQ(Canonical(R"("\u0041\/\u00e9\u20AC\ud83d\uDE00")"), "\"A/\u00e9\u20ac\U0001F600\"");
  EXPECT_EQ(Canonical(R"("\u0022\u005c\u0008\u000C\u000a\u000d\u0009\u0000\u001F")"),
            R"("\"\\\b\f\n\r\t\u0000\u001f")");
  EXPECT_EQ(Canonical("\"0123456789abcdef0123456789\\\"abcdef\""),
            "\"0123456789abcdef0123456789\\\"abcdef\"");
}

TEST(JsonParserTest, SortsManyMembersAndLongNames) {
  EXPECT_EQ(Canonical(R"({"component10":1,"component":2,"component1":3,"compone":4})"),
            R"({"compone":4,"component":2,"component1":3,"component10":1})");
  std::string text = "{";
  std::string expected = "{";
  for (int i = 0; i < 90; ++i) {
    const auto member = [](int n) { return "\"k" + std::to_string(n) + "\":" + std::to_string(n); };
    text += (i > 0 ? "," : "") + member(99 - i);
    expected += (i > 0 ? "," : "") + member(10 + i);
  }
  EXPECT_EQ(Canonical(text + "}"), expected + "}");
}

TEST(JsonParserTest, EqualContentHasEqualCanonicalBytes) {
  EXPECT_EQ(Canonical(R"({"a":"\u00e9","b":[{"y":1,"x":2}]})"),
            Canonical("{\"b\": [{\"x\":2, \"y\":1}], \"a\": \"\u00e9\"}"));
  EXPECT_NE(Canonical("[1.0]"), Canonical("[1.00]"));  // precision is meaning in FHIR
}

TEST(JsonParserTest, RefusesTruncatedText) {
  ExpectRefused("", ErrorCode::kInputTruncated, 0);
  ExpectRefused(R"({"a":)", ErrorCode::kInputTruncated, 5);
  ExpectRefused(R"({"a":"x)", ErrorCode::kInputTruncated, 7);
  ExpectRefused("[1,", ErrorCode::kInputTruncated, 3);
  ExpectRefused("tru", ErrorCode::kInputTruncated, 3);
  ExpectRefused("-", ErrorCode::kInputTruncated, 1);
}

TEST(JsonParserTest, RefusesDuplicateKeysAtTheSecond) {
  ExpectRefused(R"({"a":1,"b":2,"a":3})", ErrorCode::kJsonDuplicateKey, 13);
  ExpectRefused(R"({"x":{"a":1,"\u0061":3}})", ErrorCode::kJsonDuplicateKey, 12);
  JsonParser keeping({.depth_max = 4, .duplicate_names = DuplicateNames::kKeep});
  const auto kept = keeping.Parse(R"({"b":0,"a":2,"a":1})");
  ASSERT_TRUE(IsOk(kept));
  EXPECT_EQ(kept->text(), R"({"a":2,"a":1,"b":0})");
}

TEST(JsonParserTest, RefusesDeepNestingWithoutRecursion) {
  ExpectRefused("[[[[[]]]]]", ErrorCode::kNestingTooDeep, 4);
  EXPECT_EQ(Canonical("[[[[]]]]"), "[[[[]]]]");
  ExpectRefused(std::string(1'000'000, '['), ErrorCode::kNestingTooDeep, 4);
}

TEST(JsonParserTest, RefusesInvalidUtf8AtTheByte) {
  ExpectRefused("[\"abc\xFF\"]", ErrorCode::kUtf8Invalid, 5);
  ExpectRefused("[\"\xED\xA0\x80\"]", ErrorCode::kUtf8Invalid, 2);
}

TEST(JsonParserTest, RefusesWhatTheGrammarDoesNotHave) {
  ExpectRefused("[1,]", ErrorCode::kJsonInvalid, 3);
  ExpectRefused("[01]", ErrorCode::kJsonInvalid, 2);
  ExpectRefused("[1.]", ErrorCode::kJsonInvalid, 3);
  ExpectRefused("{\"a\" 1}", ErrorCode::kJsonInvalid, 5);
  ExpectRefused("[\"\t\"]", ErrorCode::kJsonInvalid, 2);
  ExpectRefused(R"(["\x"])", ErrorCode::kJsonInvalid, 2);
  ExpectRefused(R"(["\ud800"])", ErrorCode::kJsonInvalid, 2);
  ExpectRefused("{} {}", ErrorCode::kJsonInvalid, 3);
  ExpectRefused("\"a\0\""s, ErrorCode::kJsonInvalid, 2);
}

TEST(JsonParserTest, FindsFieldsOfTheUpperTwoLevels) {
  JsonParser parser({});
  const std::string source = R"({"resource": {"id":"7", "meta":{"versionId":"2"}}, "a": [0]})";
  ASSERT_TRUE(IsOk(parser.Parse(source)));
  const auto resource = parser.Field("resource");
  ASSERT_TRUE(resource.has_value());
  EXPECT_EQ(source.substr(resource->source_offset, resource->source_length),
            R"({"id":"7", "meta":{"versionId":"2"}})");
  EXPECT_EQ(resource->value.text(), R"({"id":"7","meta":{"versionId":"2"}})");
  EXPECT_EQ(parser.Field("resource", "id")->String(), "7");
  EXPECT_EQ(parser.Field("resource", "meta")->Member("versionId")->String(), "2");
  EXPECT_FALSE(parser.Field("resource", "none").has_value());
  EXPECT_FALSE(parser.Field("none").has_value());
  EXPECT_FALSE(parser.Field("a", "id").has_value());
  ASSERT_FALSE(parser.Parse("{").has_value());
  EXPECT_FALSE(parser.Field("a").has_value());
}

TEST(JsonViewTest, FindsMembersAndElements) {
  JsonParser parser({});
  const auto root = parser.Parse(R"({"l":[1,"x\ny",{"k":"v"}],"e":[],"t":true,"z":null})");
  ASSERT_TRUE(IsOk(root));
  const JsonView list = *root->Member("l");
  auto element = list.FirstElement();
  EXPECT_EQ(element->text(), "1");
  EXPECT_EQ(element->kind(), JsonKind::kNumber);
  element = element->NextElement(list);
  EXPECT_EQ(element->String(), "x\ny");
  element = element->NextElement(list);
  EXPECT_EQ(element->Member("k")->String(), "v");
  EXPECT_FALSE(element->NextElement(list).has_value());
  EXPECT_FALSE(root->Member("e")->FirstElement().has_value());
  EXPECT_EQ(root->Member("t")->kind(), JsonKind::kBoolean);
  EXPECT_EQ(root->Member("z")->kind(), JsonKind::kNull);
  EXPECT_FALSE(root->Member("q").has_value());
}

}  // namespace
}  // namespace healix::formats::json
