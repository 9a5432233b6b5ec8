// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_head.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace healix::formats::json {
namespace {

std::vector<std::string> Members(std::string_view text) {
  std::vector<std::string> members;
  JsonHead head(text);
  while (const auto member = head.Next()) {
    members.push_back(std::string(member->name) + "=" + std::string(member->value));
  }
  return members;
}

using List = std::vector<std::string>;

TEST(JsonHeadTest, StopsWhereTheHeadEnds) {
  EXPECT_EQ(Members(" { \"a\" : {\"x\":[1]} , \"b\":\"q\", \"c\":[1,2"),
            (List{"a={\"x\":[1]}", "b=\"q\"", "c=[1,2"}));
  EXPECT_EQ(Members("{\"a\":1,\"b"), (List{"a=1"}));
  EXPECT_EQ(Members("{\"a\":"), List{});
}

TEST(JsonHeadTest, FindsNothingWhereThereIsNoObject) {
  EXPECT_EQ(Members(""), List{});
  EXPECT_EQ(Members("[1]"), List{});
  EXPECT_EQ(Members("{a:1}"), List{});
  EXPECT_EQ(Members("{}"), List{});
}

TEST(JsonHeadTest, EscapesSpellTheSameWord) {
  EXPECT_TRUE(Spells("entry", "entry"));
  EXPECT_TRUE(Spells("\\u0065ntr\\u0079", "entry"));
  EXPECT_FALSE(Spells("\\u0065ntr", "entry"));
  EXPECT_FALSE(Spells("entry\\n", "entry"));
  EXPECT_FALSE(Spells("\\u0045ntry", "entry"));
  EXPECT_FALSE(Spells("\\q", "q"));
}

}  // namespace
}  // namespace healix::formats::json
