// SPDX-License-Identifier: Apache-2.0
#include "app/command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace healix::app {
namespace {

std::variant<Arguments, HelpText, UsageError> Parse(std::vector<const char*> words) {
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
    ASSERT_TRUE(std::holds_alternative<UsageError>(parsed));
    const UsageError& refused = std::get<UsageError>(parsed);
    EXPECT_EQ(refused.error.code(), ErrorCode::kUsage);
    EXPECT_EQ(refused.style, Style::kText);
  }
}

TEST(CommandLineTest, RefusalsAreOneSentence) {
  const auto message = [](std::vector<const char*> words) {
    words.insert(words.begin(), "--json");
    const auto parsed = Parse(words);
    EXPECT_EQ(std::get<UsageError>(parsed).style, Style::kJson);
    return std::get<UsageError>(parsed).error.message();
  };
  EXPECT_EQ(message({"foo"}), "there is no command foo");
  EXPECT_EQ(message({"table", "foo"}), "there is no command foo");
  EXPECT_EQ(message({"sql", "-c", "SELECT 1", "--format", "xml"}),
            "--format: is table, json or csv");
  for (const auto& words : std::vector<std::vector<const char*>>{
           {}, {"sql"}, {"table"}, {"foo", "bar"}, {"sql", "-c"}, {"table", "show"}}) {
    const std::string said = message(words);
    EXPECT_FALSE(said.empty());
    EXPECT_EQ(said.find_first_of("\n\\"), std::string::npos) << said;
  }
}

TEST(CommandLineTest, EachHelpHasAnExample) {
  for (const char* command : {"init", "ingest", "sql", "table", "quarantine", "receipt", "trace",
                              "synth", "jobs", "version", "doctor"}) {
    const auto parsed = Parse({command, "--help"});
    ASSERT_TRUE(std::holds_alternative<HelpText>(parsed)) << command;
    EXPECT_NE(std::get<HelpText>(parsed).text.find("Example: healix"), std::string::npos)
        << command;
  }
}

}  // namespace
}  // namespace healix::app
