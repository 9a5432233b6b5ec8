// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "lakehouse/engine/result_stream.h"

namespace healix::lakehouse::engine {
namespace {

ResultColumn Named(std::string name) { return {std::move(name), "INTEGER", std::nullopt}; }

TEST(JsonTextTest, RepeatedNamesAreNumbered) {
  const std::vector<std::string> expected = {"a", "a_2", "a_2_2", "b", "a_3"};
  EXPECT_EQ(UniqueNames({Named("a"), Named("a"), Named("a_2"), Named("b"), Named("a")}), expected);
}

TEST(JsonTextTest, ObjectsQuoteTextOnly) {
  std::string out;
  AppendJsonObject(out, {"n", "t", "x", "j"},
                   {{TextCell::Kind::kLiteral, "3"},
                    {TextCell::Kind::kText, "a\"\\\n\x01"},
                    {TextCell::Kind::kNull, ""},
                    {TextCell::Kind::kJson, "[1]"}});
  EXPECT_EQ(out, R"({"n": 3, "t": "a\"\\\n\u0001", "x": null, "j": [1]})");
}

}  // namespace
}  // namespace healix::lakehouse::engine
