// SPDX-License-Identifier: Apache-2.0
#include "formats/json_document/json_document.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::formats::json_document {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

Result<Json> Parse(std::string_view text) { return ParseJson(text, ErrorCode::kMetadataInvalid); }

std::string Nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonDocumentTest, KeepsTheOrderOfMembers) {
  const std::string text = R"({"b":1,"a":[true,null,"x"]})";
  const auto json = Parse(text);
  ASSERT_TRUE(IsOk(json));
  EXPECT_EQ(PrintJson(*json), text);
}

TEST(JsonDocumentTest, RefusesAKeyThatComesTwice) {
  EXPECT_TRUE(IsError(Parse(R"({"a":1,"b":{"a":2,"a":3}})"), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsOk(Parse(R"({"a":1,"b":{"a":2}})")));
}

TEST(JsonDocumentTest, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{}{}", "{'a':1}", "nul", "\"\xff\"", "[1,]", "01"}) {
    EXPECT_TRUE(IsError(Parse(text), ErrorCode::kMetadataInvalid)) << text;
  }
  EXPECT_TRUE(IsError(ParseJson("{", ErrorCode::kAvroInvalid), ErrorCode::kAvroInvalid));
}

TEST(JsonDocumentTest, BoundsTheDepth) {
  EXPECT_TRUE(IsOk(Parse(Nested(kJsonDepthMax))));
  EXPECT_TRUE(IsError(Parse(Nested(100'000)), ErrorCode::kLimitExceeded));
}

}  // namespace
}  // namespace healix::formats::json_document
