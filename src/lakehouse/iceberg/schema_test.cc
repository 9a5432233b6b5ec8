// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/schema.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

Field Named(std::int32_t id, std::string name, Type type) {
  Field field;
  field.id = id;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

Schema Nested() {
  Type address = Primitive(TypeId::kStruct);
  address.fields = {Named(3, "city", Primitive(TypeId::kString)),
                    Named(4, "zip.code", Primitive(TypeId::kString))};
  Schema schema;
  schema.fields = {Named(1, "id", Primitive(TypeId::kLong)), Named(2, "address", address),
                   Named(5, "address.note", Primitive(TypeId::kString))};
  return schema;
}

TEST(SchemaTest, ReadsBackEveryPrimitiveName) {
  for (const char* text : {"boolean", "int", "long", "float", "double", "decimal(38, 10)", "date",
                           "time", "timestamp", "timestamptz", "timestamp_ns", "timestamptz_ns",
                           "string", "uuid", "fixed[7]", "binary", "unknown", "variant"}) {
    const Result<Type> type = ParsePrimitive(text);
    ASSERT_TRUE(IsOk(type)) << text;
    EXPECT_EQ(TypeName(*type), text);
  }
  EXPECT_EQ(*ParsePrimitive("decimal(9,2)"), Decimal(9, 2));
}

TEST(SchemaTest, RefusesTypesThatAreNone) {
  for (const char* text : {"decimal(39,2)", "decimal(9)", "decimal(2,3)", "decimal(a,b)",
                           "fixed[0]", "fixed[-1]", "fixed[x]"}) {
    EXPECT_TRUE(IsError(ParsePrimitive(text), ErrorCode::kMetadataInvalid)) << text;
  }
  for (const char* text : {"struct", "geometry", "", "Int"}) {
    EXPECT_TRUE(IsError(ParsePrimitive(text), ErrorCode::kMetadataUnsupported)) << text;
  }
}

TEST(SchemaTest, FindsFieldsAtAnyDepth) {
  const Schema schema = Nested();
  EXPECT_EQ(schema.FindById(4)->name, "zip.code");
  EXPECT_EQ(schema.FindById(9), nullptr);
  EXPECT_EQ(schema.FindByName("address.city")->id, 3);
  EXPECT_EQ(schema.FindByName("address.zip.code")->id, 4);
  EXPECT_EQ(schema.FindByName("address.note")->id, 5);
  EXPECT_EQ(schema.FindByName("ADDRESS"), nullptr);
  EXPECT_EQ(schema.HighestFieldId(), 5);
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
