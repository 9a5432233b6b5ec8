// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/trace.h"

#include <gtest/gtest.h>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/quarantine.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class TraceTest : public IngestHomeTest {
 protected:
  Result<std::vector<TracedRecord>> TraceAll(const std::string& table,
                                             const std::vector<std::string>& ids) {
    std::vector<TracedRecord> records;
    HEALIX_RETURN_IF_ERROR(
        Trace(home_->parts(), table, ids, [&](const TracedRecord& record) -> Status {
          records.push_back(record);
          return {};
        }));
    return records;
  }
};

TEST_F(TraceTest, FindsTheBytesOfARow) {
  const std::string path = Write("Patient.ndjson", PatientLine("a") + PatientLine("b"));
  ASSERT_TRUE(IsOk(home_->Take({path})));
  const auto traced = TraceAll("raw.patient", {"b"});
  ASSERT_TRUE(IsOk(traced));
  ASSERT_EQ(traced->size(), 1U);
  EXPECT_EQ(traced->front().source_bytes + "\n", PatientLine("b"));
  EXPECT_EQ(traced->front().stored, traced->front().source_bytes);
  EXPECT_EQ(traced->front().file, path);
}

TEST_F(TraceTest, AFileThatChangedIsAMismatch) {
  const std::string path = Write("Patient.ndjson", PatientLine("a"));
  ASSERT_TRUE(IsOk(home_->Take({path})));
  Write("Patient.ndjson", PatientLine("a", "Eod"));
  EXPECT_TRUE(IsError(TraceAll("raw.fhir", {"a"}), ErrorCode::kTraceMismatch));
  EXPECT_TRUE(IsError(TraceAll("raw.fhir", {"nobody"}), ErrorCode::kRecordNotFound));
  EXPECT_TRUE(IsError(TraceAll("raw.nothing", {"a"}), ErrorCode::kTableNotFound));
}

TEST_F(TraceTest, FindsTheRowOfACsvFile) {
  ASSERT_TRUE(IsOk(home_->Take({Write("PERSON.csv", "person_id,name\n1,a\n2,b\n")})));
  const auto traced = TraceAll("raw.src_person", {"2"});
  ASSERT_TRUE(IsOk(traced));
  ASSERT_EQ(traced->size(), 1U);
  EXPECT_EQ(traced->front().source_bytes, "2,b\n");
}

TEST_F(TraceTest, FindsTheBytesInsideATarArchive) {
  HEALIX_SHARED_OR_SKIP(archive, "data/synthea-ms/bundles.tar.zst");
  const auto outcome = home_->Take({archive});
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
  EXPECT_EQ(outcome->receipt.totals.found(), 5298U);
  // 18 entries equal an earlier one (the trap that data/README.md names).
  EXPECT_EQ(outcome->receipt.totals.duplicate, 18U);
  EXPECT_EQ(outcome->receipt.totals.written, 5280U);
  ASSERT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
  std::vector<std::string> ids;
  ASSERT_TRUE(IsOk(ReadTable(home_->parts(),
                             {{"raw", "fhir"},
                              "SELECT DISTINCT id FROM input ORDER BY hash(id) "
                              "LIMIT 200"},
                             [&](const engine::TextRow& row) -> Status {
                               ids.push_back(row[0].text);
                               return {};
                             })));
  const auto traced = TraceAll("raw.fhir", ids);
  ASSERT_TRUE(IsOk(traced));
  EXPECT_GE(traced->size(), ids.size());
}

class QuarantineTest : public IngestHomeTest {};

TEST_F(QuarantineTest, RedrivesALargeRecordAfterTheLimitWasRaised) {
  const std::string big = PatientLine("big", std::string(200'000, 'x'));
  const std::string text = PatientLine("a") + big + PatientLine("b");
  IngestRequest request;
  request.limits.record_bytes_max = 100'000;
  const auto outcome = home_->Take({Write("Patient.ndjson", text)}, request);
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.totals.quarantined, 1U);
  EXPECT_EQ(outcome->receipt.reasons.at("RECORD_TOO_LARGE"), 1U);
  EXPECT_EQ(outcome->receipt.bytes.total(), text.size());

  const auto entries = ListQuarantine(home_->parts(), {});
  ASSERT_TRUE(IsOk(entries));
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().offset, PatientLine("a").size());
  const auto shown = ShowQuarantine(home_->parts(), entries->front().id);
  ASSERT_TRUE(IsOk(shown));
  EXPECT_EQ(shown->kept, big.substr(0, 65'536));

  const auto still = RedriveQuarantine(home_->parts(), {}, request.limits);
  ASSERT_TRUE(IsOk(still));
  EXPECT_EQ(still->kept, 1U);
  const auto taken = RedriveQuarantine(home_->parts(), {}, Limits());
  ASSERT_TRUE(IsOk(taken));
  EXPECT_EQ(taken->written, 1U);
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), taken->receipt)));
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT \"offset\" FROM input WHERE id = 'big'"),
            std::to_string(PatientLine("a").size()));
  const auto resolved = ListQuarantine(home_->parts(), {});
  ASSERT_TRUE(IsOk(resolved));
  EXPECT_TRUE(resolved->empty());
}

TEST_F(QuarantineTest, KeepsWhatIsStillRefused) {
  ASSERT_TRUE(IsOk(home_->Take({Write("Patient.ndjson", "{\"resourceType\":\n")})));
  const auto outcome = RedriveQuarantine(home_->parts(), {}, Limits());
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->tried, 1U);
  EXPECT_EQ(outcome->kept, 1U);
  QuarantineFilter filter;
  filter.id = QuarantineId(4711);
  EXPECT_TRUE(
      IsError(RedriveQuarantine(home_->parts(), filter, Limits()), ErrorCode::kQuarantineNotFound));
}

}  // namespace
}  // namespace healix::lakehouse::ingest
