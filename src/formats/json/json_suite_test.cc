// SPDX-License-Identifier: Apache-2.0
// Runs JSONTestSuite whole: y_ must be accepted, n_ refused; what we do with i_ and with the
// transform files is written down in testdata/ and must not change unnoticed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "formats/json/json_parser.h"

namespace healix::formats::json {
namespace {

struct Case {
  std::string name;
  std::string bytes;
};

std::vector<Case> ReadCases(const std::string& archive, const std::string& folder_name) {
  const healix::testing::TempFolder folder;
  const std::string command = "zstd -dc '" + archive + "' | tar -x -C '" + (folder / "") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::vector<Case> cases;
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / folder_name)) {
    const auto bytes = base::ReadFile(base::PosixFileSystem(), file.path().string(), 1 << 20);
    EXPECT_TRUE(healix::testing::IsOk(bytes));
    cases.push_back({file.path().filename().string(), *bytes});
  }
  std::sort(cases.begin(), cases.end(),
            [](const Case& a, const Case& b) { return a.name < b.name; });
  return cases;
}

/// One line for the table: what we make of a text.
std::string Verdict(JsonParser& parser, const Case& given) {
  const auto result = parser.Parse(given.bytes);
  const std::string verdict = result ? "accepted " + std::string(result->text())
                                     : "refused " + std::string(Name(result.error().code()));
  return given.name + "\t" + verdict + "\n";
}

std::string Expected(const std::string& name) {
  const auto table =
      base::ReadFile(base::PosixFileSystem(), std::string(HEALIX_TESTDATA) + "/" + name, 1 << 20);
  EXPECT_TRUE(healix::testing::IsOk(table));
  return table ? *table : "";
}

TEST(JsonSuiteTest, Parsing) {
  HEALIX_SHARED_OR_SKIP(archive, "conformance/jsontestsuite/jsontestsuite.tar.zst");
  JsonParser parser({.depth_max = 256, .duplicate_names = DuplicateNames::kKeep});
  const auto cases = ReadCases(archive, "test_parsing");
  std::string free_choice;
  std::size_t passed = 0;
  for (const Case& given : cases) {
    const bool accepted = parser.Parse(given.bytes).has_value();
    if (given.name.starts_with("i_")) free_choice += Verdict(parser, given);
    const bool good = given.name.starts_with("i_") || accepted == given.name.starts_with("y_");
    EXPECT_TRUE(good) << given.name;
    passed += good ? 1 : 0;
  }
  EXPECT_EQ(free_choice, Expected("jsontestsuite_free_choice.tsv"));
  std::printf("JSONTestSuite parsing: %zu of %zu\n", passed, cases.size());
  EXPECT_EQ(cases.size(), 318U);
}

TEST(JsonSuiteTest, Transform) {
  HEALIX_SHARED_OR_SKIP(archive, "conformance/jsontestsuite/jsontestsuite.tar.zst");
  JsonParser parser({});
  const auto cases = ReadCases(archive, "test_transform");
  std::string table;
  for (const Case& given : cases) table += Verdict(parser, given);
  EXPECT_EQ(table, Expected("jsontestsuite_transform.tsv"));
  std::printf("JSONTestSuite transform: %zu of 22 as written down\n", cases.size());
  EXPECT_EQ(cases.size(), 22U);
}

}  // namespace
}  // namespace healix::formats::json
