// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace healix::app {
namespace {

std::variant<Arguments, UsageAnswer> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "healix");
  return ParseCommandLine(words);
}

TEST(CommandLineTest, ReadsAnIngest) {
  const auto parsed = Parse({"--home", "h", "ingest", "--check", "--source", "ward", "a", "b"});
  ASSERT_TRUE(std::holds_alternative<Arguments>(parsed));
  const Arguments& arguments = std::get<Arguments>(parsed);
  EXPECT_EQ(arguments.home_folder, "h");
  const auto& ingest = std::get<IngestArguments>(arguments.command);
  EXPECT_EQ(ingest.mode, IngestArguments::Mode::kCheck);
  EXPECT_EQ(ingest.source, "ward");
  EXPECT_EQ(ingest.paths, (std::vector<std::string>{"a", "b"}));
}

TEST(CommandLineTest, TakesGlobalOptionsBehindTheCommand) {
  const auto parsed = Parse({"table", "show", "raw.fhir", "--json", "--home", "h"});
  ASSERT_TRUE(std::holds_alternative<Arguments>(parsed));
  EXPECT_EQ(std::get<Arguments>(parsed).style, Style::kJson);
  const auto& table = std::get<TableArguments>(std::get<Arguments>(parsed).command);
  EXPECT_EQ(table.action, TableArguments::Action::kShow);
  EXPECT_EQ(table.table, "raw.fhir");
}

TEST(CommandLineTest, JobsWithoutActionLists) {
  const auto parsed = Parse({"jobs"});
  ASSERT_TRUE(std::holds_alternative<Arguments>(parsed));
  EXPECT_TRUE(std::holds_alternative<JobsArguments>(std::get<Arguments>(parsed).command));
}

TEST(CommandLineTest, SaysUsageWithExitCodeTwo) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{},
                                             {"nonsense"},
                                             {"sql"},
                                             {"sql", "-c", "SELECT 1", "file.sql"},
                                             {"ingest"},
                                             {"table", "show"},
                                             {"synth", "--patients", "0", "-o", "x"}}) {
    const auto parsed = Parse(words);
    ASSERT_TRUE(std::holds_alternative<UsageAnswer>(parsed));
    EXPECT_EQ(std::get<UsageAnswer>(parsed).exit_code, 2);
  }
}

TEST(CommandLineTest, EachHelpHasAnExample) {
  for (const char* command : {"init", "ingest", "sql", "table", "quarantine", "receipt", "trace",
                              "synth", "jobs", "version", "doctor"}) {
    const auto parsed = Parse({command, "--help"});
    ASSERT_TRUE(std::holds_alternative<UsageAnswer>(parsed)) << command;
    EXPECT_EQ(std::get<UsageAnswer>(parsed).exit_code, 0);
    EXPECT_NE(std::get<UsageAnswer>(parsed).text.find("Example: healix"), std::string::npos)
        << command;
  }
}

}  // namespace
}  // namespace healix::app
