// SPDX-License-Identifier: Apache-2.0
// What a deletion without a time deletes, and when it is only read again.
#include <gtest/gtest.h>

#include "lakehouse/ingest/deletions_internal.h"
#include "lakehouse/ingest/ingest_home_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

/// A Bundle that deletes Patient/1; `number` tells it from others, but not when it was.
std::string Deletion(int number, const std::string& response = "") {
  return R"({"resourceType":"Bundle","id":")" + std::to_string(number) +
         R"(","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Patient/1"})" +
         response + "}]}\n";
}

class DeletionsTest : public IngestHomeTest {
 protected:
  /// Takes each content in as a file of its own, by one ingest or by one each.
  enum class By { kOneIngest, kOneEach };
  void TakeAll(const std::vector<std::string>& contents, By by, std::size_t batch_records = 1000) {
    std::vector<std::string> paths;
    for (const std::string& content : contents) {
      // A blank more each time: a file that was not read before, with the same records.
      const std::string name = std::to_string(100 + ++files_) + ".ndjson";
      paths.push_back(Write(name, content + std::string(files_, '\n')));
    }
    IngestRequest request;
    request.limits.batch_records_max = static_cast<std::uint32_t>(batch_records);
    std::vector<std::vector<std::string>> runs;
    for (const std::string& path : paths) {
      if (runs.empty() || by == By::kOneEach) runs.emplace_back();
      runs.back().push_back(path);
    }
    counts_ = {};
    for (const std::vector<std::string>& run : runs) {
      const auto outcome = home_->Take(run, request);
      ASSERT_TRUE(IsOk(outcome));
      ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
      counts_ += outcome->receipt.totals;
      EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
    }
  }

  /// Returns the rows in the order that they arrived, as `a`, `b` … and `x` for a deletion.
  std::string Rows() {
    return home_->Ask("raw.fhir",
                      "SELECT string_agg(CASE WHEN deleted THEN 'x' ELSE "
                      "json_extract_string(resource, '$.name[0].family') END, '' "
                      "ORDER BY ingest, file, \"offset\") FROM input");
  }

  void NewHome() {
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(),
                                         folder_ / ("home" + std::to_string(++homes_)));
  }

  const std::string a_ = PatientLine("1", "a");
  const std::string b_ = PatientLine("1", "b");
  RecordCounts counts_;
  int files_ = 0;
  int homes_ = 0;
};

TEST_F(DeletionsTest, AResourceThatCameBackIsDeletedAgain) {
  for (const By by : {By::kOneEach, By::kOneIngest}) {
    for (const std::size_t batch_records : {1, 2, 3, 1000}) {
      NewHome();
      TakeAll({a_, Deletion(1), b_, Deletion(2)}, by, batch_records);
      EXPECT_EQ(Rows(), "axbx");
      EXPECT_EQ(counts_.tombstones, 2U);
    }
  }
}

TEST_F(DeletionsTest, ASetThatIsReadAgainIsAllDuplicates) {
  const std::vector<std::string> all = {a_, Deletion(1), b_, Deletion(2), PatientLine("1", "c")};
  for (std::size_t count = 1; count <= all.size(); ++count) {
    const std::vector<std::string> set(all.begin(),
                                       all.begin() + static_cast<std::ptrdiff_t>(count));
    for (const By first : {By::kOneEach, By::kOneIngest}) {
      NewHome();
      TakeAll(set, first);
      const std::string rows = Rows();
      EXPECT_EQ(rows.size(), count);
      for (const std::size_t batch_records : {1, 2, 1000}) {
        TakeAll(set, By::kOneIngest, batch_records);
        EXPECT_EQ(counts_.written, 0U) << count << " with " << batch_records;
        EXPECT_EQ(counts_.duplicate, count);
        EXPECT_EQ(Rows(), rows);
      }
    }
  }
}

TEST_F(DeletionsTest, AHistoryThatGrewBringsWhatIsNew) {
  TakeAll({a_ + Deletion(1) + b_}, By::kOneIngest);
  TakeAll({a_ + Deletion(1) + b_ + Deletion(2)}, By::kOneIngest);
  EXPECT_EQ(counts_.written, 1U);
  EXPECT_EQ(Rows(), "axbx");
  TakeAll({b_ + Deletion(3)}, By::kOneIngest);
  EXPECT_EQ(counts_.written, 0U);
}

TEST_F(DeletionsTest, WhatIsDeletedOrUnknownIsDeletedOnce) {
  TakeAll({Deletion(1), Deletion(2)}, By::kOneEach);
  EXPECT_EQ(Rows(), "x");
  TakeAll({a_, Deletion(3), Deletion(4)}, By::kOneEach);
  EXPECT_EQ(Rows(), "xax");
}

TEST_F(DeletionsTest, ATimeTellsDeletionsApart) {
  const auto at = [](const std::string& second) {
    return R"(,"response":{"status":"204","lastModified":"2026-01-01T00:00:)" + second + "Z\"}";
  };
  TakeAll({a_, Deletion(1, at("10")), Deletion(2, at("10")), Deletion(3, at("20"))}, By::kOneEach);
  EXPECT_EQ(Rows(), "axx");
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT max(last_updated) FROM input"), "2026-01-01T00:00:20Z");
}

TEST_F(DeletionsTest, ADryRunFindsTheSame) {
  const std::string path =
      Write("all.ndjson", a_ + Deletion(1) + b_ + Deletion(2) + Deletion(3) + a_);
  IngestRequest request;
  request.mode = IngestRequest::Mode::kCheck;
  const auto found = home_->Take({path}, request);
  ASSERT_TRUE(IsOk(found));
  EXPECT_EQ(found->receipt.totals.written, 4U);
  EXPECT_EQ(found->receipt.totals.duplicate, 2U);
  TakeAll({a_ + Deletion(1) + b_ + Deletion(2) + Deletion(3) + a_}, By::kOneIngest);
  EXPECT_EQ(counts_, found->receipt.totals);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
