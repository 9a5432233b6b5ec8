// SPDX-License-Identifier: Apache-2.0
#include "base/log/log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::base {
namespace {

using healix::testing::TempFolder;

class TextSink final : public LogSink {
 public:
  explicit TextSink(std::string& text) : text_(text) {}
  void Write(std::string_view line) override { text_ += line; }

 private:
  std::string& text_;
};

TEST(LogTest, WritesOneObjectPerLine) {
  const TestClock clock;
  std::string text;
  Log log(clock, std::make_unique<TextSink>(text), LogLevel::kInfo);
  log.Info("ingest.batch_committed",
           {{"records", 12}, {"file", SafePath("a/b")}, {"whole", true}, {"ratio", 0.5}});
  log.Debug("unseen");
  log.Error("bad", {{"code", ErrorCode::kIoFailed},
                    {"error", MakeError(ErrorCode::kDiskFull, "no room")}});
  EXPECT_EQ(
      text,
      R"({"time":"2026-01-01T00:00:00.000000Z","level":"info","event":"ingest.batch_committed",)"
      R"("records":12,"file":"a/b","whole":true,"ratio":0.5})"
      "\n"
      R"({"time":"2026-01-01T00:00:00.000000Z","level":"error","event":"bad",)"
      R"("code":"IO_FAILED","error":"error[DISK_FULL]: no room"})"
      "\n");
}

TEST(LogTest, EscapesWhatJsonDoesNotTake) {
  const TestClock clock;
  std::string text;
  Log log(clock, std::make_unique<TextSink>(text), LogLevel::kDebug);
  log.Debug("odd", {{"path", SafePath("\"\\\n\xc3\xa9\xff\xed\xa0\x80")},
                    {"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_NE(text.find(R"("path":"\"\\\u000a)"
                      "\xc3\xa9"
                      R"(\ufffd\ufffd\ufffd\ufffd","nan":null)"),
            std::string::npos)
      << text;
}

TEST(LogTest, LinesOfSeveralThreadsNeverMix) {
  const TestClock clock;
  std::string text;
  Log log(clock, std::make_unique<TextSink>(text), LogLevel::kInfo);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&log] {
      for (int n = 0; n < 500; ++n) log.Info("tick");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string line = text.substr(0, text.find('\n') + 1);
  std::string expected;
  for (int i = 0; i < 2000; ++i) expected += line;
  EXPECT_EQ(text, expected);
}

TEST(LogTest, AppendsToAFile) {
  const TempFolder folder;
  const TestClock clock;
  for (int i = 0; i < 2; ++i) {
    Log log(clock, OpenFileSink(PosixFileSystem(), {.path = folder / "log"}).value(),
            LogLevel::kInfo);
    log.Info("started");
  }
  const std::string text = ReadFile(PosixFileSystem(), folder / "log", 1000).value();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(LogTest, TurnsFullFilesOver) {
  const TempFolder folder;
  constexpr std::size_t kLineBytes = 10;
  const auto sink =
      OpenFileSink(PosixFileSystem(),
                   {.path = folder / "log", .bytes_max = 2 * kLineBytes, .old_files_max = 2})
          .value();
  for (int i = 0; i < 9; ++i) sink->Write(fmt::format("line {:4}\n", i));
  const auto read = [&](const char* name) {
    return ReadFile(PosixFileSystem(), folder / name, 1000).value();
  };
  EXPECT_EQ(read("log"), "line    8\n");
  EXPECT_EQ(read("log.1"), "line    6\nline    7\n");
  EXPECT_EQ(read("log.2"), "line    4\nline    5\n");
  EXPECT_FALSE(PosixFileSystem().Stat(folder / "log.3"));
}

TEST(LogTest, ReadsTheNamesOfTheSetting) {
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

}  // namespace
}  // namespace healix::base
