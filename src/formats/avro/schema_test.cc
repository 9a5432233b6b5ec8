// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/schema.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::formats::avro {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

constexpr const char* kManifestLike = R"({
  "type": "record", "name": "entry", "namespace": "x.y", "doc": "one line", "fields": [
    {"name": "id", "type": ["null", "long"], "default": null, "field-id": 1},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros",
                            "adjust-to-utc": false}, "field-id": 2},
    {"name": "sizes", "field-id": 3, "type": {"type": "array", "logicalType": "map", "items":
      {"type": "record", "name": "k3_v4", "namespace": "", "fields": [
        {"name": "key", "type": "int", "field-id": 5},
        {"name": "value", "type": "long", "field-id": 6}]}}},
    {"name": "next", "type": ["null", "entry"], "default": null},
    {"name": "other", "type": ["null", "k3_v4"], "aliases": ["former"]},
    {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"],
                              "default": "B"}},
    {"name": "hash", "type": {"type": "fixed", "name": "md5", "size": 16, "aliases": ["sum"]}},
    {"name": "tags", "type": {"type": "map", "values": "string", "key-id": 8, "value-id": 9}}]})";

TEST(SchemaTest, KeepsAttributesThroughParseAndPrint) {
  const Result<Schema> schema = Schema::Parse(kManifestLike);
  ASSERT_TRUE(IsOk(schema));
  const Result<Schema> again = Schema::Parse(schema->ToJson());
  ASSERT_TRUE(IsOk(again)) << schema->ToJson();
  EXPECT_EQ(*schema, *again) << schema->ToJson();

  const Node& root = again->node(again->root());
  EXPECT_EQ(root.name, "x.y.entry");
  EXPECT_EQ(root.fields[0].NumberAttribute("field-id"), 1);
  const Node& at = again->node(root.fields[1].type);
  EXPECT_EQ(at.TextAttribute("logicalType"), "timestamp-micros");
  EXPECT_EQ(at.attributes[1].json, "false");
  const Node& sizes = again->node(root.fields[2].type);
  EXPECT_EQ(again->node(sizes.children[0]).name, "k3_v4");
  EXPECT_EQ(again->WithoutNull(root.fields[3].type), again->root());
  EXPECT_EQ(again->node(root.fields[7].type).NumberAttribute("value-id"), 9);
  EXPECT_EQ(again->node(root.fields[6].type).aliases, std::vector<std::string>{"x.y.sum"});
}

TEST(SchemaTest, RefusesWhatTheSpecificationForbids) {
  for (const char* json :
       {"", "3", "{}", R"("nothing")", R"(["int", "int"])", R"([["int"]])", "[]",
        R"({"type": "array"})", R"({"type": "fixed", "name": "f", "size": -1})",
        R"({"type": "fixed", "name": "f"})", R"({"type": "record", "fields": []})",
        R"({"type": "record", "name": "r"})", R"({"type": "record", "name": ".", "fields": []})",
        R"({"type": "record", "name": "r", "fields": [{"name": "a"}]})",
        R"({"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"},
                                                          {"name": "a", "type": "int"}]})",
        R"({"type": "enum", "name": "e", "symbols": ["A", "A"]})",
        R"({"type": "enum", "name": "e", "symbols": ["A"], "default": "B"})",
        R"([{"type": "fixed", "name": "f", "size": 1}, {"type": "fixed", "name": "f", "size": 2}])",
        R"({"type": "int", "type": "long"})"}) {
    EXPECT_TRUE(IsError(Schema::Parse(json), ErrorCode::kAvroInvalid)) << json;
  }
}

TEST(SchemaTest, StopsAtDepth) {
  std::string json = "\"int\"";
  for (int i = 0; i < 40; ++i) json = R"({"type": "array", "items": )" + json + "}";
  EXPECT_TRUE(IsOk(Schema::Parse(json)));
  for (int i = 0; i < 40; ++i) json = R"({"type": "array", "items": )" + json + "}";
  EXPECT_TRUE(IsError(Schema::Parse(json), ErrorCode::kLimitExceeded));
  EXPECT_TRUE(IsError(Schema::Parse(std::string(100'000, '[')), ErrorCode::kLimitExceeded));
}

TEST(SchemaTest, WrappedTypesKeepTheirMembersOnce) {
  const Result<Schema> schema =
      Schema::Parse(R"({"type": {"type": "int", "x": 1}, "x": 2, "y": "z"})");
  ASSERT_TRUE(IsOk(schema));
  EXPECT_EQ(schema->ToJson(), R"({"type":"int","x":1,"y":"z"})");
}

}  // namespace
}  // namespace healix::formats::avro
