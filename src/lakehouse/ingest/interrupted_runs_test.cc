// SPDX-License-Identifier: Apache-2.0
// Each row stands as written in exactly one receipt, also of runs that never came to their end.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "lakehouse/ingest/ingest_home_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

constexpr int kRecords = 40;

IngestRequest SmallBatches() {
  IngestRequest request;
  request.limits.batch_records_max = 10;
  return request;
}

std::string Lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += PatientLine(std::to_string(i));
  return text;
}

class InterruptedRunsTest : public IngestHomeTest {
 protected:
  /// Takes the input folder in while its file grows, from the first record on.
  IngestOutcome TakeWhileItGrows(const std::string& path) {
    IngestRequest request = SmallBatches();
    bool has_grown = false;
    request.on_progress = [&](const Progress&) {
      if (!std::exchange(has_grown, true)) std::ofstream(path, std::ios::app) << PatientLine("x");
    };
    auto outcome = home_->Take({input_folder()}, request);
    EXPECT_TRUE(IsOk(outcome));
    return *std::move(outcome);
  }

  /// The rows of all receipts together, each of which verifies.
  std::uint64_t WrittenInReceipts() {
    std::uint64_t written = 0;
    for (const ReceiptLine& line : ListReceipts(home_->parts(), 100).value()) {
      written += line.totals.written;
      EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), line.id)));
    }
    return written;
  }

  std::uint64_t Rows() { return std::stoull(home_->Ask("raw.fhir", "SELECT count(*) FROM input")); }
};

TEST_F(InterruptedRunsTest, AFileThatGrowsIsToldOfAsFarAsItWasTaken) {
  const std::string path = Write("Patient.ndjson", Lines(kRecords));
  const IngestOutcome outcome = TakeWhileItGrows(path);
  ASSERT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.stopped->code(), ErrorCode::kInputVanished);
  EXPECT_GT(Rows(), 0U);
  EXPECT_EQ(outcome.receipt.status, RunStatus::kInterrupted);
  EXPECT_EQ(outcome.receipt.totals.written, Rows()) << "what was committed, not what was read";
  ExpectBalanced(outcome.receipt);
  EXPECT_EQ(WrittenInReceipts(), Rows());
  const auto shown = ShowReceipt(home_->parts(), outcome.receipt.id);
  ASSERT_TRUE(IsOk(shown));
  EXPECT_EQ(shown->status, RunStatus::kInterrupted);

  Write("Patient.ndjson", Lines(kRecords));  // the file as it was first: the rest comes in
  const auto again = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->receipt.totals.found(), std::uint64_t{kRecords});
  EXPECT_EQ(again->receipt.status, RunStatus::kComplete);
  EXPECT_EQ(WrittenInReceipts(), Rows());
}

TEST_F(InterruptedRunsTest, ARunThatCommittedNothingCountsNothing) {
  const std::string path = Write("Patient.ndjson", Lines(3));
  IngestRequest request;
  request.on_progress = [&](const Progress&) { std::filesystem::remove(path); };
  const auto outcome = home_->Take({input_folder()}, request);
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_TRUE(outcome->stopped);
  EXPECT_EQ(outcome->receipt.totals.found(), 0U);
  EXPECT_EQ(outcome->receipt.id.value(), "");
  EXPECT_EQ(WrittenInReceipts(), 0U);
}

TEST_F(InterruptedRunsTest, ACancelledRunSaysSo) {
  Write("Patient.ndjson", Lines(kRecords));
  std::atomic<bool> cancel = false;
  IngestRequest request = SmallBatches();
  request.cancel = &cancel;
  request.on_progress = [&](const Progress&) { cancel = true; };
  const auto outcome = home_->Take({input_folder()}, request);
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.status, RunStatus::kInterrupted);
  EXPECT_EQ(WrittenInReceipts(), Rows());
}

/// As a run that is killed leaves it: rows and ledger are committed, no receipt is signed.
TEST_F(InterruptedRunsTest, AKilledRunIsToldOfWhenItsFileHasChanged) {
  const std::string path = Write("Patient.ndjson", Lines(kRecords));
  const IngestOutcome outcome = TakeWhileItGrows(path);
  const std::uint64_t rows = Rows();
  ASSERT_TRUE(
      IsOk(home_->records().Write([&](storage::records::Transaction& transaction) -> Status {
        HEALIX_TRY(const auto left,
                   transaction.Execute("UPDATE ingest_files SET untold_by = ?",
                                       {storage::records::Value(outcome.receipt.ingest.value())}));
        HEALIX_TRY(const auto gone, transaction.Execute("DELETE FROM ingest_receipts", {}));
        EXPECT_EQ(left + gone, 2U);
        return {};
      })));
  EXPECT_EQ(WrittenInReceipts(), 0U);

  std::filesystem::remove(path);
  Write("Other.ndjson", PatientLine("other"));
  const auto next = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(next));
  EXPECT_EQ(next->receipt.totals.written, 1U);
  const auto lines = ListReceipts(home_->parts(), 100);
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(WrittenInReceipts(), rows + 1);
  const auto closed = ShowReceipt(home_->parts(), lines->front().id);
  ASSERT_TRUE(IsOk(closed));
  EXPECT_EQ(closed->ingest, outcome.receipt.ingest);
  EXPECT_EQ(closed->status, RunStatus::kInterrupted);
  ASSERT_TRUE(IsOk(home_->Take({input_folder()})));
  EXPECT_EQ(ListReceipts(home_->parts(), 100)->size(), 3U) << "it is closed once";
}

}  // namespace
}  // namespace healix::lakehouse::ingest
