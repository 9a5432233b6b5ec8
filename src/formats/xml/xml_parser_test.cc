// SPDX-License-Identifier: Apache-2.0
#include "formats/xml/xml_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/xml/xml_children.h"

namespace healix::formats::xml {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

std::string Canonical(std::string_view text) {
  XmlParser parser;
  const auto result = parser.Parse(text);
  EXPECT_TRUE(IsOk(result)) << text;
  return result ? std::string(*result) : "";
}

void ExpectRefused(std::string_view text, ErrorCode code, std::uint64_t offset) {
  XmlParser parser;
  const auto result = parser.Parse(text);
  ASSERT_TRUE(IsError(result, code)) << text;
  EXPECT_EQ(result.error().position().byte_offset, offset) << text;
}

TEST(XmlParserTest, WritesTheCanonicalForm) {
  EXPECT_EQ(Canonical("<Patient xmlns=\"http://hl7.org/fhir\">\n  <!-- c -->\n"
                      "  <id b='2'  value = \"x&amp;&#x41;\"></id>\n</Patient>"),
            "<Patient><id b=\"2\" value=\"x&#38;A\"/></Patient>");
  EXPECT_EQ(Canonical("<t><div xmlns=\"http://www.w3.org/1999/xhtml\"> a <b> </b><![CDATA[<]]>\n"
                      "</div> <x/></t>"),
            "<t><div xmlns=\"http://www.w3.org/1999/xhtml\"> a <b> </b>&#60;\n</div><x/></t>");
}

TEST(XmlParserTest, FindsValuesByPath) {
  XmlParser parser;
  ASSERT_TRUE(
      IsOk(parser.Parse("<f:Patient xmlns:f=\"http://hl7.org/fhir\"><f:meta>"
                        "<f:versionId value=\"7\"/></f:meta></f:Patient>")));
  EXPECT_EQ(parser.name(), "Patient");
  EXPECT_EQ(parser.name_space(), "http://hl7.org/fhir");
  EXPECT_EQ(parser.Value({"meta", "versionId"}), "7");
  EXPECT_FALSE(parser.Value({"id"}).has_value());
  EXPECT_FALSE(parser.Value({"no", "such", "path"}).has_value());
}

TEST(XmlParserTest, RefusesWhatIsNotWellFormed) {
  ExpectRefused("<a>&nbsp;</a>", ErrorCode::kXmlInvalid, 3);
  ExpectRefused("<a>&#0;</a>", ErrorCode::kXmlInvalid, 3);
  ExpectRefused("<a>& b</a>", ErrorCode::kXmlInvalid, 3);
  ExpectRefused("<a>\x01</a>", ErrorCode::kXmlInvalid, 3);
  ExpectRefused("<a b=\"1\" b=\"2\"/>", ErrorCode::kXmlInvalid, 1);
  ExpectRefused("<a>\xC3</a>", ErrorCode::kUtf8Invalid, 3);
  XmlParser parser;
  EXPECT_TRUE(IsError(parser.Parse("<a></b>"), ErrorCode::kXmlInvalid));
  EXPECT_TRUE(IsError(parser.Parse("<a b=1/>"), ErrorCode::kXmlInvalid));
  EXPECT_TRUE(IsError(parser.Parse("<a>"), ErrorCode::kXmlInvalid));
  EXPECT_TRUE(IsError(parser.Parse("text"), ErrorCode::kXmlInvalid));
}

TEST(XmlParserTest, DeepNestingNeedsNoStack) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  XmlParser parser;
  EXPECT_TRUE(IsOk(parser.Parse(deep)));
}

TEST(XmlParserTest, ListsChildren) {
  XmlChildren children(
      "<entry a='>'> <!-- <x/> --> <f:one><two/></f:one>t<?p <y/>?><three/></entry>");
  std::vector<std::string> seen;
  while (const auto child = children.Next()) {
    seen.push_back(std::string(child->name) + "=" + std::string(child->text));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"one=<f:one><two/></f:one>", "three=<three/>"}));
  EXPECT_FALSE(XmlChildren("<entry/>").Next().has_value());
}

}  // namespace
}  // namespace healix::formats::xml
