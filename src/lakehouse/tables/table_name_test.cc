// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/table_name.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsError;
using ::healix::testing::IsOk;

TEST(TableNameTest, FoldsCaseAndAddsTheDefaultSchema) {
  EXPECT_EQ(ParseTableName("Visits").value(), (TableName{"main", "visits"}));
  EXPECT_EQ(ParseTableName("RAW.Patient").value(), (TableName{"raw", "patient"}));
}

TEST(TableNameTest, RefusesWhatCouldLeaveItsFolder) {
  for (const char* text : {"", ".", "a.", ".b", "a.b.c", "../x", "a b", "a/b", "1a", "-x", "ä"}) {
    EXPECT_TRUE(IsError(ParseTableName(text), ErrorCode::kInvalidArgument)) << text;
  }
  EXPECT_TRUE(IsError(ParseTableName(std::string(129, 'a')), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsOk(ParseTableName(std::string(128, 'a'))));
  EXPECT_TRUE(IsError(ParseTableName("information_schema.x"), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::lakehouse::tables
