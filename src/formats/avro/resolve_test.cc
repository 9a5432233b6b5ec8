// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/resolve.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::formats::avro {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

Schema Parsed(const std::string& json) {
  const Result<Schema> schema = Schema::Parse(json);
  EXPECT_TRUE(IsOk(schema)) << json;
  return *schema;
}

Datum RecordOf(std::vector<Datum> fields) { return Datum(Record{std::move(fields)}); }

TEST(ResolveTest, FillsDefaultsAndPromotes) {
  const Schema written = Parsed(R"({"type": "record", "name": "a.Old", "fields": [
      {"name": "gone", "type": "string"}, {"name": "n", "type": "int"},
      {"name": "was", "type": "float"}, {"name": "text", "type": "bytes"}]})");
  const Schema wanted =
      Parsed(R"({"type": "record", "name": "b.New", "aliases": ["a.Old"], "fields": [
      {"name": "n", "type": "long"}, {"name": "is", "aliases": ["was"], "type": "double"},
      {"name": "text", "type": "string"},
      {"name": "added", "type": ["null", "int"], "default": null},
      {"name": "list", "type": {"type": "array", "items": "long"}, "default": [1, 2]},
      {"name": "raw", "type": "bytes", "default": "\u00ff\u0001"}]})");
  const Datum datum = RecordOf({std::string("x"), std::int32_t{-7}, 1.5F, std::string("t")});
  const Result<Datum> resolved = Resolve(written, wanted, datum);
  ASSERT_TRUE(IsOk(resolved));
  const Datum expected =
      RecordOf({std::int64_t{-7}, 1.5, std::string("t"), Datum(),
                Array{{std::int64_t{1}, std::int64_t{2}}}, std::string("\xFF\x01")});
  EXPECT_EQ(*resolved, expected);
}

TEST(ResolveTest, MovesInAndOutOfUnions) {
  const Schema plain = Parsed(R"("int")");
  const Schema optional = Parsed(R"(["null", "string", "long"])");
  const Result<Datum> into = Resolve(plain, optional, Datum(std::int32_t{3}));
  ASSERT_TRUE(IsOk(into));
  EXPECT_EQ(into->branch, 2);
  EXPECT_EQ(into->AsLong(), 3);

  Datum text(std::string("no number"));
  text.branch = 1;
  EXPECT_TRUE(IsError(Resolve(optional, Parsed(R"("long")"), text), ErrorCode::kAvroInvalid));
  Datum number(std::int64_t{4});
  number.branch = 2;
  EXPECT_EQ(Resolve(optional, Parsed(R"("double")"), number)->AsDouble(), 4.0);
}

TEST(ResolveTest, TakesTheDefaultSymbolOfAnEnum) {
  const Schema written = Parsed(R"({"type": "enum", "name": "E", "symbols": ["A", "B", "C"]})");
  const Schema wanted =
      Parsed(R"({"type": "enum", "name": "E", "symbols": ["C", "X"], "default": "X"})");
  const Schema strict = Parsed(R"({"type": "enum", "name": "E", "symbols": ["C"]})");
  EXPECT_EQ(*Resolve(written, wanted, Datum(EnumSymbol{2})), Datum(EnumSymbol{0}));
  EXPECT_EQ(*Resolve(written, wanted, Datum(EnumSymbol{0})), Datum(EnumSymbol{1}));
  EXPECT_TRUE(IsError(Resolve(written, strict, Datum(EnumSymbol{0})), ErrorCode::kAvroInvalid));
}

TEST(ResolveTest, FollowsTypesThatUseThemselves) {
  const char* json = R"({"type": "record", "name": "Node", "fields": [
      {"name": "value", "type": "int"}, {"name": "next", "type": ["null", "Node"]}]})";
  const char* wider = R"({"type": "record", "name": "Node", "fields": [
      {"name": "next", "type": ["null", "Node"]}, {"name": "value", "type": "long"}]})";
  Datum end;
  end.branch = 0;
  Datum inner = RecordOf({std::int32_t{2}, end});
  inner.branch = 1;
  const Datum list = RecordOf({std::int32_t{1}, inner});
  const Result<Datum> resolved = Resolve(Parsed(json), Parsed(wider), list);
  ASSERT_TRUE(IsOk(resolved));
  EXPECT_EQ(*resolved, RecordOf({RecordOf({Datum(), std::int64_t{2}}), std::int64_t{1}}));
}

TEST(ResolveTest, RefusesWhatDoesNotMatch) {
  const Schema text = Parsed(R"("string")");
  EXPECT_TRUE(
      IsError(Resolve(text, Parsed(R"("int")"), Datum(std::string("1"))), ErrorCode::kAvroInvalid));
  const Schema fixed4 = Parsed(R"({"type": "fixed", "name": "f", "size": 4})");
  const Schema fixed5 = Parsed(R"({"type": "fixed", "name": "f", "size": 5})");
  EXPECT_TRUE(
      IsError(Resolve(fixed4, fixed5, Datum(std::string("abcd"))), ErrorCode::kAvroInvalid));
  const Schema empty = Parsed(R"({"type": "record", "name": "r", "fields": []})");
  const Schema needs = Parsed(R"({"type": "record", "name": "r", "fields": [
      {"name": "a", "type": "int"}]})");
  EXPECT_TRUE(IsError(Resolve(empty, needs, RecordOf({})), ErrorCode::kAvroInvalid));
}

}  // namespace
}  // namespace healix::formats::avro
