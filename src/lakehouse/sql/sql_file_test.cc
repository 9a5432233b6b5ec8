// SPDX-License-Identifier: Apache-2.0
// Runs the files of test/sql, each as a test of its own over a fresh home.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/sql/session.h"
#include "lakehouse/sql/sql_file_internal.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::sql {
namespace {

using ::healix::testing::TempFolder;
using tables::ParseTableName;

std::vector<std::string> WordsOf(const std::string& line) {
  std::istringstream stream(line);
  return {std::istream_iterator<std::string>(stream), {}};
}

bool IsBlank(const std::string& line) { return line.find_first_not_of(" \t") == std::string::npos; }

}  // namespace

Result<std::vector<SqlFileStep>> ParseSqlFile(const std::string& content) {
  std::vector<SqlFileStep> steps;
  std::istringstream stream(content);
  std::string line;
  int number = 0;
  enum class Part { kBetween, kText, kExpected } part = Part::kBetween;
  while (std::getline(stream, line)) {
    ++number;
    if (IsBlank(line)) {
      part = Part::kBetween;
    } else if (part == Part::kBetween) {
      if (line[0] == '#') continue;
      std::vector<std::string> words = WordsOf(line);
      SqlFileStep step{number, words.front(), {words.begin() + 1, words.end()}, {}, {}};
      steps.push_back(std::move(step));
      part = Part::kText;
    } else if (line == "----") {
      part = Part::kExpected;
    } else if (part == Part::kText) {
      steps.back().text += line + "\n";
    } else {
      steps.back().expected.push_back(line);
    }
  }
  if (!steps.empty()) return steps;
  return MakeError(ErrorCode::kInvalidArgument, "the file has no steps");
}

namespace {

/// Runs the steps of one file.
class SqlFileRunner final {
 public:
  explicit SqlFileRunner(tables::TestWarehouse& warehouse)
      : warehouse_(warehouse), session_(*warehouse, {}) {}

  void Run(const SqlFileStep& step) {
    SCOPED_TRACE(::testing::Message() << "line " << step.line << ": " << step.command);
    if (step.command == "statement") return RunStatement(step);
    if (step.command == "query") return RunQuery(step);
    if (step.command == "snapshot") return RememberSnapshot(step);
    if (step.command == "advance") return Advance(step);
    if (step.command == "compact") return Compact(step);
    FAIL() << "there is no command " << step.command;
  }

 private:
  /// Puts remembered values in place of `${name}`.
  std::string Filled(std::string text) const {
    for (const auto& [name, value] : values_) {
      const std::string mark = "${" + name + "}";
      for (std::size_t at; (at = text.find(mark)) != std::string::npos;) {
        text.replace(at, mark.size(), value);
      }
    }
    return text;
  }

  /// Runs a text and drains its rows, so that errors of the running query show.
  Result<std::vector<std::string>> RowsOf(const std::string& text,
                                          std::optional<std::uint64_t>& rows_changed) {
    HEALIX_TRY(StatementResult result, session_.Run(Filled(text)));
    rows_changed = result.rows_changed;
    std::vector<std::string> lines;
    if (result.rows == nullptr) return lines;
    for (;;) {
      HEALIX_TRY(const auto rows, result.rows->NextRows());
      if (rows.empty()) return lines;
      for (const engine::TextRow& row : rows) lines.push_back(LineOf(row));
    }
  }

  static std::string LineOf(const engine::TextRow& row) {
    std::string line;
    for (const engine::TextCell& cell : row) {
      if (&cell != &row.front()) line += " | ";
      const bool is_null = cell.kind == engine::TextCell::Kind::kNull;
      line += is_null ? "NULL" : (cell.text.empty() ? "(empty)" : cell.text);
    }
    return line;
  }

  void RunStatement(const SqlFileStep& step) {
    ASSERT_FALSE(step.words.empty());
    std::optional<std::uint64_t> rows_changed;
    const auto rows = RowsOf(step.text, rows_changed);
    if (step.words[0] == "error") {
      ASSERT_EQ(step.words.size(), 2U) << "statement error CODE";
      ASSERT_FALSE(rows.has_value()) << "succeeded";
      EXPECT_EQ(Name(rows.error().code()), step.words[1]) << rows.error().ToString();
      return;
    }
    ASSERT_TRUE(testing::IsOk(rows));
    if (step.words[0] != "changed") return;
    ASSERT_TRUE(rows_changed.has_value());
    EXPECT_EQ(std::to_string(*rows_changed), step.words[1]);
  }

  void RunQuery(const SqlFileStep& step) {
    std::optional<std::uint64_t> rows_changed;
    auto rows = RowsOf(step.text, rows_changed);
    ASSERT_TRUE(testing::IsOk(rows));
    std::vector<std::string> expected;
    for (const std::string& line : step.expected) expected.push_back(Filled(line));
    if (!step.words.empty() && step.words[0] == "unordered") {
      std::sort(rows->begin(), rows->end());
      std::sort(expected.begin(), expected.end());
    }
    EXPECT_EQ(*rows, expected);
  }

  void RememberSnapshot(const SqlFileStep& step) {
    const auto table = warehouse_->Load(ParseTableName(step.words.at(1)).value());
    ASSERT_TRUE(testing::IsOk(table));
    values_[step.words.at(0)] = std::to_string(table->snapshot_id().value_or(0));
  }

  void Advance(const SqlFileStep& step) {
    warehouse_.clock().Advance(std::chrono::seconds(std::stoi(step.words.at(0))));
  }

  void Compact(const SqlFileStep& step) {
    const auto maintenance = tables::MakeMaintenance(*warehouse_);
    const auto report = maintenance->Compact(ParseTableName(step.words.at(0)).value(), {});
    ASSERT_TRUE(testing::IsOk(report));
    EXPECT_EQ(std::to_string(report->files_after), step.words.at(1));
  }

  tables::TestWarehouse& warehouse_;
  Session session_;
  std::map<std::string, std::string> values_;
};

std::vector<std::string> SqlFiles() {
  std::vector<std::string> files;
  const auto folder = std::filesystem::path(HEALIX_TESTDATA).parent_path() / "../../../test/sql";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class SqlFileTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SqlFileTest, AnswersAsWritten) {
  std::ifstream file(GetParam());
  std::stringstream content;
  content << file.rdbuf();
  const auto steps = ParseSqlFile(content.str());
  ASSERT_TRUE(testing::IsOk(steps));
  TempFolder folder;
  engine::EngineOptions options;
  options.threads = 2;
  options.temp_folder = folder / "spill";
  auto engine = engine::Engine::Create(base::PosixFileSystem(), options);
  ASSERT_TRUE(testing::IsOk(engine));
  tables::TestWarehouse warehouse(base::PosixFileSystem(), folder / "home", {}, std::move(*engine));
  SqlFileRunner runner(warehouse);
  for (const SqlFileStep& step : *steps) runner.Run(step);
}

INSTANTIATE_TEST_SUITE_P(SqlFiles, SqlFileTest, ::testing::ValuesIn(SqlFiles()),
                         [](const ::testing::TestParamInfo<std::string>& file) {
                           return std::filesystem::path(file.param).stem().string();
                         });

}  // namespace
}  // namespace healix::lakehouse::sql
