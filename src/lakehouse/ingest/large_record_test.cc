// SPDX-License-Identifier: Apache-2.0
// Records over Limits::inline_bytes_max lie beside raw.fhir.
#include <gtest/gtest.h>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/raw_tables_internal.h"
#include "lakehouse/ingest/trace.h"
#include "lakehouse/tables/maintenance.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class LargeRecordTest : public IngestHomeTest {
 protected:
  /// Takes one small and one large patient in.
  void TakeBoth() {
    const auto outcome = home_->Take({Write("Patient.ndjson", PatientLine("small") + large_line_)});
    ASSERT_TRUE(IsOk(outcome));
    EXPECT_EQ(outcome->receipt.totals.written, 2U);
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
  }

  /// Returns id and size of what the view shows.
  std::string View() {
    const auto view = home_->warehouse().LoadView({"raw", "patient"});
    EXPECT_TRUE(IsOk(view));
    auto scope = std::make_shared<engine::Scope>();
    for (const auto& name : {FhirTable(), ObjectTable()}) {
      const auto snapshot = home_->warehouse().Load(name);
      if (!snapshot) continue;
      scope->relations.push_back(
          {name.schema, name.name, std::nullopt, *home_->warehouse().ToScanTable(*snapshot)});
    }
    scope->relations.push_back(
        {"raw", "patient", std::nullopt, engine::ViewText{view->sql, view->default_schema}});
    const auto rows = home_->parts().engine.Query(
        scope, "SELECT id || ' ' || length(resource) FROM raw.patient ORDER BY 1", {});
    EXPECT_TRUE(IsOk(rows));
    const auto found = (*rows)->NextRows();
    EXPECT_TRUE(IsOk(found));
    std::string text;
    for (const engine::TextRow& row : *found) text += row[0].text + "\n";
    return text;
  }

  const std::string large_line_ = PatientLine("large", std::string(3 << 20, 'x'));
  const std::string both_ = "large " + std::to_string(large_line_.size() - 1) + "\nsmall " +
                            std::to_string(PatientLine("small").size() - 1) + "\n";
};

TEST_F(LargeRecordTest, LiesBesideTheTableAndStandsInTheView) {
  ASSERT_TRUE(IsOk(home_->Take({Write("first.ndjson", PatientLine("small"))})));
  EXPECT_TRUE(IsError(home_->warehouse().Load(ObjectTable()), ErrorCode::kTableNotFound));
  EXPECT_EQ(View(), "small 65\n");
  ASSERT_TRUE(IsOk(home_->Take({Write("second.ndjson", large_line_)})));
  EXPECT_EQ(home_->Ask("raw.fhir",
                       "SELECT id, resource IS NULL, object IS NULL, length FROM input ORDER BY 1"),
            "large|true|false|" + std::to_string(large_line_.size() - 1) + "\nsmall|false|true|65");
  EXPECT_EQ(View(), both_);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT object FROM input WHERE object IS NOT NULL"),
            home_->Ask("raw.fhir_object", "SELECT object FROM input"));
}

TEST_F(LargeRecordTest, IsTracedAndFoundAgainAsADuplicate) {
  TakeBoth();
  std::string traced;
  ASSERT_TRUE(IsOk(Trace(home_->parts(), "raw.patient", {"large", "small"},
                         [&](const TracedRecord& record) -> Status {
                           EXPECT_EQ(record.stored, record.source_bytes);
                           traced += record.id + " " + std::to_string(record.stored.size()) + "\n";
                           return {};
                         })));
  EXPECT_EQ(traced, "small 65\nlarge " + std::to_string(large_line_.size() - 1) + "\n");
  const auto again = home_->Take({Write("again.ndjson", large_line_)});
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->receipt.totals.duplicate, 1U);
}

TEST_F(LargeRecordTest, OutlivesCompactionExpiryAndTheRemovalOfOrphans) {
  TakeBoth();
  ASSERT_TRUE(
      IsOk(home_->Take({Write("more.ndjson", PatientLine("large", std::string(2 << 20, 'y')))})));
  const auto maintenance = tables::MakeMaintenance(home_->warehouse());
  for (const auto& table : {FhirTable(), ObjectTable()}) {
    ASSERT_TRUE(IsOk(maintenance->Compact(table, {})));
    ASSERT_TRUE(IsOk(
        maintenance->Expire(table, {base::SystemClock().Now() + std::chrono::hours(1), 1}, {})));
    ASSERT_TRUE(IsOk(maintenance->RemoveOrphans(table, {})));
  }
  Restart();
  EXPECT_EQ(home_->Ask("raw.fhir_object", "SELECT count(*), count(DISTINCT object) FROM input"),
            "2|2");
  EXPECT_TRUE(IsOk(Trace(home_->parts(), "raw.patient", {"large"},
                         [](const TracedRecord&) { return Status(); })));
}

}  // namespace
}  // namespace healix::lakehouse::ingest
