// SPDX-License-Identifier: Apache-2.0
#include "base/testing/table_row.h"

#include <gtest/gtest.h>

namespace healix::testing {

void AddTableRow(const std::string& title, const std::vector<TableCell>& cells) {
  // A property's name is unique within a test, so it carries the row's number.
  static int rows_added = 0;
  std::string json;
  for (const auto& [name, text] : cells) {
    json += (json.empty() ? "{\"" : ", \"") + name + "\": \"" + text + '"';
  }
  ::testing::Test::RecordProperty("table " + std::to_string(++rows_added) + ": " + title,
                                  json + '}');
}

}  // namespace healix::testing
