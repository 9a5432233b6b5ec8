// SPDX-License-Identifier: Apache-2.0
// Kills an ingest, and a redrive, at each of its sync points and looks at what a second run finds.
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
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/zstd_frames_testing.h"

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

/// A story: what is there at first, and the test that the parent runs again and again, killed or
/// not: it does its work and looks at the outcome.
struct Story {
  std::string child;
  void (*prepare)(const std::string& folder);
};

/// Runs the child of a story in a program of its own and returns how it ended.
int RunChild(const Story& story, const std::map<std::string, std::string>& environment) {
  const std::string filter = "--gtest_filter=" + story.child;
  const pid_t child = fork();
  if (child == 0) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    unsetenv("GTEST_OUTPUT");
    execl("/proc/self/exe", "healix_lakehouse_ingest_test", filter.c_str(),
          "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST(KillTest, DISABLED_Ingest) {
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
void MakeInput(const std::string& folder) {
  std::filesystem::create_directories(folder + "/in");
  std::ofstream input(folder + "/in/Patient.ndjson");
  for (int i = 0; i < kRecords; ++i) input << PatientLine(std::to_string(i));
}

/// Makes a home whose quarantine holds two large records, a large CSV row, a line that is no JSON
/// and the rest of a file that looked like a bomb.
void MakeQuarantine(const std::string& folder) {
  std::filesystem::create_directories(folder + "/in");
  const std::string large(3000, 'x');
  std::ofstream(folder + "/in/Patient.ndjson")
      << PatientLine("a") << PatientLine("b", large) << "{]\n"
      << PatientLine("c", large);
  std::ofstream(folder + "/in/T.csv") << "id,text\n1,short\n2," << large << "\n";
  std::string behind;
  for (int i = 0; i < 150; ++i) behind += PatientLine("behind" + std::to_string(i));
  std::ofstream(folder + "/in/Rest.ndjson.zst")
      << ZstdFrame({ZstdRaw(PatientLine("d")), ZstdRepeated('\n', 200), ZstdRaw(behind)});
  IngestHome home(base::PosixFileSystem(), folder + "/home");
  IngestRequest request = SmallBatches();
  request.limits.record_bytes_max = 2000;
  ASSERT_TRUE(IsOk(home.Take({folder + "/in"}, request)));
  ASSERT_EQ(ListQuarantine(home.parts(), {})->size(), 5U);
}

TEST(KillTest, DISABLED_Redrive) {
  const std::string folder = std::getenv(kFolder);
  IngestHome home(base::PosixFileSystem(), folder + "/home");
  Limits limits = SmallBatches().limits;
  limits.archive.ratio_max = 1'000'000;
  ASSERT_TRUE(IsOk(RedriveQuarantine(home.parts(), {}, limits)));
  EXPECT_EQ(home.Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "154|154");
  EXPECT_EQ(home.Ask("raw.src_t", "SELECT id FROM input ORDER BY id"), "1\n2");
  const auto open = ListQuarantine(home.parts(), {});
  ASSERT_TRUE(IsOk(open));
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->front().code, "JSON_INVALID");
  std::uint64_t written = 0;
  for (const ReceiptLine& line : ListReceipts(home.parts(), 100).value()) {
    written += line.totals.written;
    EXPECT_TRUE(IsOk(VerifyReceipt(home.parts(), line.id)));
  }
  EXPECT_EQ(written, 156U);
}

/// Returns how often each sync point is passed by a child that nobody kills.
std::map<std::string, int> SyncPoints(const Story& story, const std::string& folder) {
  const std::string log = folder + "/points.log";
  EXPECT_EQ(RunChild(story, {{kFolder, folder}, {"HEALIX_SYNC_LOG", log}}), 0);
  std::map<std::string, int> passed;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) ++passed[line];
  return passed;
}

/// Kills the child at the first, a middle and the last pass of each point; then lets it end.
int KillEverywhere(const Story& story) {
  const testing::TempFolder folder;
  story.prepare(folder / "counted");
  int kills = 0;
  for (const auto& [name, count] : SyncPoints(story, folder / "counted")) {
    if (!name.starts_with("ingest.")) continue;
    for (const int nth : std::set<int>{1, (count + 1) / 2, count}) {
      SCOPED_TRACE(name + ":" + std::to_string(nth));
      const std::string place = folder / std::to_string(kills++);
      story.prepare(place);
      const int status =
          RunChild(story, {{kFolder, place}, {"HEALIX_KILL_AT", name + ":" + std::to_string(nth)}});
      EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
      EXPECT_EQ(RunChild(story, {{kFolder, place}}), 0);
      std::filesystem::remove_all(place);
    }
  }
  return kills;
}

TEST(KillTest, NothingIsLostOrDoubledWhereverItDies) {
  EXPECT_GE(KillEverywhere({"KillTest.DISABLED_Ingest", MakeInput}), 12);
}

TEST(KillTest, ARedriveLosesAndDoublesNothingWhereverItDies) {
  EXPECT_GE(KillEverywhere({"KillTest.DISABLED_Redrive", MakeQuarantine}), 12);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
