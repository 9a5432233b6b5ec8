// SPDX-License-Identifier: Apache-2.0
// Kills an ingest at each of its sync points and looks at what a second run finds.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "lakehouse/ingest/ingest_home_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

constexpr int kRecords = 240;

IngestRequest SmallBatches() {
  IngestRequest request;
  request.limits.batch_records_max = 60;
  return request;
}

constexpr const char* kFolder = "HEALIX_TEST_KILL_FOLDER";  ///< below it: home and in

/// Runs KillTest.DISABLED_Child in a program of its own and returns how it ended.
int RunChild(const std::map<std::string, std::string>& environment) {
  const pid_t child = fork();
  if (child == 0) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    unsetenv("GTEST_OUTPUT");
    execl("/proc/self/exe", "healix_lakehouse_ingest_test",
          "--gtest_filter=KillTest.DISABLED_Child", "--gtest_also_run_disabled_tests",
          "--gtest_brief=1", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

/// What the parent runs again and again, killed or not: takes all in and looks at the outcome.
TEST(KillTest, DISABLED_Child) {
  const std::string folder = std::getenv(kFolder);
  IngestHome home(base::PosixFileSystem(), folder + "/home");
  const auto outcome = home.Take({folder + "/in"}, SmallBatches());
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_FALSE(outcome->stopped);
  EXPECT_EQ(outcome->receipt.totals.found(), std::uint64_t{kRecords});
  EXPECT_EQ(home.Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "240|240");
  EXPECT_TRUE(IsOk(VerifyReceipt(home.parts(), outcome->receipt.id)));
}

/// Makes a folder with input and no home.
void MakeFolder(const std::string& folder) {
  std::filesystem::create_directories(folder + "/in");
  std::ofstream input(folder + "/in/Patient.ndjson");
  for (int i = 0; i < kRecords; ++i) input << PatientLine(std::to_string(i));
}

/// Returns how often each sync point is passed by an ingest that nobody kills.
std::map<std::string, int> SyncPoints(const std::string& folder) {
  const std::string log = folder + "/points.log";
  EXPECT_EQ(RunChild({{kFolder, folder}, {"HEALIX_SYNC_LOG", log}}), 0);
  std::map<std::string, int> passed;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) ++passed[line];
  return passed;
}

TEST(KillTest, NothingIsLostOrDoubledWhereverItDies) {
  const testing::TempFolder folder;
  MakeFolder(folder / "counted");
  int kills = 0;
  for (const auto& [name, count] : SyncPoints(folder / "counted")) {
    if (!name.starts_with("ingest.")) continue;
    for (const int nth : std::set<int>{1, (count + 1) / 2, count}) {
      SCOPED_TRACE(name + ":" + std::to_string(nth));
      const std::string place = folder / std::to_string(kills++);
      MakeFolder(place);
      const int status =
          RunChild({{kFolder, place}, {"HEALIX_KILL_AT", name + ":" + std::to_string(nth)}});
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
      EXPECT_EQ(RunChild({{kFolder, place}}), 0);
    }
  }
  EXPECT_GE(kills, 12);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
