// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/trace.h"

#include <gtest/gtest.h>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/parquet_file_testing.h"

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

std::string Utf16(std::u16string_view text) {
  std::string bytes;
  for (const char16_t unit : text) {
    bytes += static_cast<char>(unit & 0xFF);
    bytes += static_cast<char>(unit >> 8);
  }
  return bytes;
}

TEST_F(TraceTest, FindsTheRowOfACsvFileInAnotherEncoding) {
  const std::string row = Utf16(u"2;\"M\u00FC\nller\"\n");
  const std::string csv = Utf16(u"\uFEFFid;name\n1;M\u00FCller\n") + row;
  ASSERT_TRUE(IsOk(home_->Take({Write("P.csv", csv)})));
  const auto traced = TraceAll("raw.src_p", {"2"});
  ASSERT_TRUE(IsOk(traced));
  EXPECT_EQ(traced->front().source_bytes, row);
}

TEST_F(TraceTest, FindsARowInALaterRowGroupOfAParquetFile) {
  Write("keep", "");
  iceberg::Schema schema;
  schema.fields = {FieldOf(1, "id", iceberg::Primitive(iceberg::TypeId::kLong)),
                   FieldOf(2, "ward", iceberg::Primitive(iceberg::TypeId::kString))};
  WriteParquet(home_->parts().engine, input_folder(),
               "SELECT i AS id, 'ward ' || i FROM range(5000) t(i)", schema, "");
  ASSERT_TRUE(IsOk(home_->Take({input_folder()})));
  const std::string table =
      home_->warehouse().Load({"raw", "src_visits_0"}) ? "raw.src_visits_0" : "raw.src_visits";
  const auto traced = TraceAll(table, {"4711"});
  ASSERT_TRUE(IsOk(traced));
  ASSERT_EQ(traced->size(), 1U);
  EXPECT_EQ(traced->front().offset, 4711U);
  EXPECT_EQ(traced->front().match, TracedRecord::Match::kCanonical);
  EXPECT_EQ(traced->front().source_bytes, R"({"id": 4711, "ward": "ward 4711"})");
}

TEST_F(TraceTest, ComposesARowOfFhirParquetAgain) {
  Write("keep", "");
  iceberg::Type meta;
  meta.id = iceberg::TypeId::kStruct;
  meta.fields = {FieldOf(3, "id", iceberg::Primitive(iceberg::TypeId::kString)),
                 FieldOf(4, "versionId", iceberg::Primitive(iceberg::TypeId::kString))};
  iceberg::Schema schema;
  schema.fields = {FieldOf(1, "id", iceberg::Primitive(iceberg::TypeId::kString)),
                   FieldOf(2, "meta", meta),
                   FieldOf(5, "gender", iceberg::Primitive(iceberg::TypeId::kString))};
  WriteParquet(home_->parts().engine, input_folder(),
               "SELECT 'p' || i, {'id': NULL::VARCHAR, 'versionId': '7'}, 'female' "
               "FROM range(5000) t(i)",
               schema, "Patient");
  const auto outcome = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.types.at("Patient").written, 5000U);
  const auto traced = TraceAll("raw.patient", {"p4711", "p3"});
  ASSERT_TRUE(IsOk(traced));
  ASSERT_EQ(traced->size(), 2U);
  for (const TracedRecord& record : *traced) {
    EXPECT_EQ(record.match, TracedRecord::Match::kCanonical);
    EXPECT_EQ(record.version_id, "7");
    EXPECT_EQ("p" + std::to_string(record.offset), record.id);
    EXPECT_EQ(record.stored, record.source_bytes);
    EXPECT_EQ(record.stored, R"({"gender":"female","id":")" + record.id +
                                 R"(","meta":{"versionId":"7"},"resourceType":"Patient"})");
  }
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

}  // namespace
}  // namespace healix::lakehouse::ingest
