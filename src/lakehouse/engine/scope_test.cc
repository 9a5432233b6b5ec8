// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/scope.h"

#include <gtest/gtest.h>

namespace healix::lakehouse::engine {
namespace {

iceberg::Schema Named(const std::vector<std::string>& names) {
  iceberg::Schema schema;
  for (const std::string& name : names) {
    schema.fields.emplace_back();
    schema.fields.back().name = name;
  }
  return schema;
}

TEST(ScopeTest, PlaceColumnsHaveTheNamesOfIceberg) {
  const RowPlace place = PlaceColumns(Named({"id", "_position", "file"}));
  EXPECT_EQ(place.file, "_file");
  EXPECT_EQ(place.position, "_pos");
}

TEST(ScopeTest, PlaceColumnsNeverMeetColumnsOfTheTable) {
  const RowPlace place = PlaceColumns(Named({"_POS", "_file", "_pos_2", "_File_2"}));
  EXPECT_EQ(place.file, "_file_3");
  EXPECT_EQ(place.position, "_pos_3");
}

}  // namespace
}  // namespace healix::lakehouse::engine
