// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "lakehouse/sql/partition_text_internal.h"

namespace healix::lakehouse::sql {
namespace {

using ::healix::testing::IsError;
using iceberg::TransformKind;

TEST(PartitionTextTest, ReadsTransforms) {
  const auto fields =
      ParsePartitioning({"source", "\"year\"(born)", "bucket(16, id)", "truncate(\"a\"\"b\", 4)"});
  ASSERT_TRUE(::healix::testing::IsOk(fields));
  EXPECT_EQ((*fields)[0].column, "source");
  EXPECT_EQ((*fields)[0].transform.kind, TransformKind::kIdentity);
  EXPECT_EQ((*fields)[1].column, "born");
  EXPECT_EQ((*fields)[1].transform.kind, TransformKind::kYear);
  EXPECT_EQ((*fields)[2].transform.width, 16);
  EXPECT_EQ((*fields)[2].column, "id");
  EXPECT_EQ((*fields)[3].column, "a\"b");
  EXPECT_EQ((*fields)[3].transform.width, 4);
}

TEST(PartitionTextTest, RefusesOtherExpressions) {
  for (const char* text : {"lower(a)", "bucket(id)", "bucket(0, id)", "bucket(a, b)", "year()",
                           "year(date_trunc('day', a))", "(a + 1", "read_csv('x')"}) {
    EXPECT_TRUE(IsError(ParsePartitioning({text}), ErrorCode::kSqlRefused)) << text;
  }
}

}  // namespace
}  // namespace healix::lakehouse::sql
