// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/transforms.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/testing/matchers.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

Type Of(std::string_view name) { return *ParsePrimitive(name); }
Transform Named(std::string_view name) { return *ParseTransform(name); }

Value Json(std::string_view type, std::string_view json) {
  const Result<Value> value = ParseJsonValue(Of(type), json);
  EXPECT_TRUE(IsOk(value)) << json;
  return *value;
}

Value Applied(std::string_view transform, std::string_view type, const Value& value) {
  const Result<Value> result = Apply(Named(transform), Of(type), value);
  EXPECT_TRUE(IsOk(result)) << transform << type;
  return *result;
}

// Iceberg table specification, Appendix B.
TEST(TransformsTest, HashesAsTheSpecificationPublishes) {
  const std::tuple<const char*, const char*, std::int32_t> published[] = {
      {"int", "34", 2017239379},
      {"long", "34", 2017239379},
      {"decimal(4,2)", R"("14.20")", -500754589},
      {"date", R"("2017-11-16")", -653330422},
      {"time", R"("22:31:08")", -662762989},
      {"timestamp", R"("2017-11-16T22:31:08")", -2047944441},
      {"timestamp", R"("2017-11-16T22:31:08.000001")", -1207196810},
      {"timestamptz", R"("2017-11-16T22:31:08.000001+00:00")", -1207196810},
      {"timestamp_ns", R"("2017-11-16T22:31:08.000001001")", -1207196810},
      {"timestamptz_ns", R"("2017-11-16T22:31:08+00:00")", -2047944441},
      {"string", R"("iceberg")", 1210000089},
      {"uuid", R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")", 1488055340},
      {"fixed[4]", R"("00010203")", -188683207},
      {"binary", R"("00010203")", -188683207},
  };
  for (const auto& [type, json, hash] : published) {
    EXPECT_EQ(*BucketHash(Of(type), Json(type, json)), hash) << type << json;
  }
  EXPECT_TRUE(Applied("bucket[16]", "int", Value(std::int32_t{34})) ==
              Value(std::int32_t{2017239379 % 16}));
  EXPECT_TRUE(Applied("bucket[16]", "string", Value()) == Value());
}

TEST(TransformsTest, TruncatesDownwards) {
  EXPECT_TRUE(Applied("truncate[10]", "int", Value(std::int32_t{1})) == Value(std::int32_t{0}));
  EXPECT_TRUE(Applied("truncate[10]", "int", Value(std::int32_t{-1})) == Value(std::int32_t{-10}));
  EXPECT_TRUE(Applied("truncate[10]", "long", Value(std::int64_t{-11})) ==
              Value(std::int64_t{-20}));
  EXPECT_TRUE(Applied("truncate[50]", "decimal(9,2)", Value(Int128{1065})) == Value(Int128{1050}));
  EXPECT_TRUE(Applied("truncate[3]", "string", Value("iceberg"s)) == Value("ice"s));
  EXPECT_TRUE(Applied("truncate[2]", "string", Value("\xC3\xA9\xE2\x82\xAC!"s)) ==
              Value("\xC3\xA9\xE2\x82\xAC"s));
  EXPECT_TRUE(Applied("truncate[3]", "binary", Value("\1\2\3\4\5"s)) == Value("\1\2\3"s));
  const auto lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_TRUE(IsOk(Apply(Named("truncate[10]"), Of("long"), Value(lowest))));
}

TEST(TransformsTest, TakesDatePartsOnBothSidesOf1970) {
  const auto part = [](const char* transform, const char* json) {
    return std::get<std::int32_t>(Applied(transform, "timestamp", Json("timestamp", json)));
  };
  EXPECT_EQ(part("year", R"("2017-12-01T10:22:10")"), 47);
  EXPECT_EQ(part("month", R"("2017-12-01T10:22:10")"), 575);
  EXPECT_EQ(part("day", R"("2017-12-01T10:22:10")"), 17501);
  EXPECT_EQ(part("hour", R"("2017-12-01T10:22:10")"), 420034);
  EXPECT_EQ(part("year", R"("1969-12-31T23:59:58.999999")"), -1);
  EXPECT_EQ(part("month", R"("1969-12-31T23:59:58.999999")"), -1);
  EXPECT_EQ(part("day", R"("1969-12-31T23:59:58.999999")"), -1);
  EXPECT_EQ(part("hour", R"("1969-12-31T23:59:58.999999")"), -1);
  EXPECT_TRUE(Applied("month", "date", Json("date", R"("1969-11-30")")) == Value(std::int32_t{-2}));
  EXPECT_TRUE(Applied("void", "date", Value(std::int32_t{3})) == Value());
}

TEST(TransformsTest, NamesGoBothWays) {
  for (const char* name : {"identity", "bucket[16]", "truncate[3]", "year", "month", "day", "hour",
                           "void", "zorder", "bucket", "year[3]"}) {
    EXPECT_EQ(TransformName(Named(name)), name);
  }
  EXPECT_EQ(Named("zorder").kind, TransformKind::kUnknown);
  for (const char* name : {"bucket[0]", "bucket[-4]", "bucket[x]", "truncate[]", "bucket[4"}) {
    EXPECT_TRUE(IsError(ParseTransform(name), ErrorCode::kMetadataInvalid)) << name;
  }
}

TEST(TransformsTest, RefusesTypesItCanNotTake) {
  EXPECT_TRUE(IsError(ResultType(Named("hour"), Of("date")), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ResultType(Named("bucket[4]"), Of("double")), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ResultType(Named("truncate[4]"), Of("date")), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ResultType(Named("identity"), Primitive(TypeId::kStruct)),
                      ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(Apply(Named("zorder"), Of("int"), Value()), ErrorCode::kMetadataUnsupported));
  EXPECT_TRUE(IsError(Apply(Named("year"), Of("date"), Value("x"s)), ErrorCode::kInvalidArgument));
  EXPECT_EQ(*ResultType(Named("day"), Of("timestamptz")), Of("date"));
  EXPECT_EQ(*ResultType(Named("truncate[2]"), Of("decimal(9,2)")), Of("decimal(9,2)"));
}

TEST(TransformsTest, HumansReadPartitions) {
  const auto human = [](const char* transform, const char* type, Value value) {
    return *HumanPartitionValue(Named(transform), Of(type), value);
  };
  EXPECT_EQ(human("year", "timestamp", Value(std::int32_t{47})), "2017");
  EXPECT_EQ(human("month", "timestamp", Value(std::int32_t{-1})), "1969-12");
  EXPECT_EQ(human("day", "timestamp", Value(std::int32_t{17501})), "2017-12-01");
  EXPECT_EQ(human("hour", "timestamp", Value(std::int32_t{420034})), "2017-12-01-10");
  EXPECT_EQ(human("bucket[4]", "string", Value(std::int32_t{3})), "3");
  EXPECT_EQ(human("identity", "string", Value()), "null");
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
