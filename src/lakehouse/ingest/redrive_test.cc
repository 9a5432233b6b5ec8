// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/parquet_file_testing.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/zstd_frames_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class RedriveTest : public IngestHomeTest {
 protected:
  RedriveOutcome Redrive(const Limits& limits = {}, const QuarantineFilter& filter = {}) {
    auto outcome = RedriveQuarantine(home_->parts(), filter, limits);
    EXPECT_TRUE(IsOk(outcome));
    if (!outcome) return {};
    for (const ReceiptId& receipt : outcome->receipts) {
      EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), receipt)));
      const auto shown = ShowReceipt(home_->parts(), receipt);
      EXPECT_TRUE(IsOk(shown));
      if (shown) ExpectBalanced(*shown);
    }
    return *std::move(outcome);
  }

  Receipt Take(const std::vector<std::string>& paths, const Limits& limits = {}) {
    IngestRequest request;
    request.limits = limits;
    const auto outcome = home_->Take(paths, request);
    EXPECT_TRUE(IsOk(outcome));
    if (!outcome) return {};
    EXPECT_FALSE(outcome->stopped);
    return outcome->receipt;
  }

  std::vector<QuarantineEntry> Open() {
    auto entries = ListQuarantine(home_->parts(), {});
    EXPECT_TRUE(IsOk(entries));
    return entries ? *std::move(entries) : std::vector<QuarantineEntry>();
  }

  /// Returns the codes by which entries stayed.
  static std::vector<ErrorCode> CodesOf(const RedriveOutcome& outcome) {
    std::vector<ErrorCode> codes;
    for (const RedriveRefusal& refusal : outcome.stayed) codes.push_back(refusal.error.code());
    return codes;
  }

  /// Returns how many rows all receipts together say were written.
  std::uint64_t WrittenByReceipts() {
    std::uint64_t written = 0;
    for (const ReceiptLine& line : ListReceipts(home_->parts(), 1000).value()) {
      written += line.totals.written;
    }
    return written;
  }

  std::string Rows(const std::string& table = "raw.fhir") {
    return home_->Ask(table, "SELECT count(*) FROM input");
  }
};

using Codes = std::vector<ErrorCode>;

Limits SmallRecords(std::uint64_t bytes = 100'000) {
  Limits limits;
  limits.record_bytes_max = bytes;
  return limits;
}

const std::string kBig = PatientLine("big", std::string(200'000, 'x'));

TEST_F(RedriveTest, TakesALargeRecordInAfterTheLimitWasRaised) {
  const std::string text = PatientLine("a") + kBig + PatientLine("b");
  const Receipt receipt = Take({Write("Patient.ndjson", text)}, SmallRecords());
  EXPECT_EQ(receipt.totals.quarantined, 1U);
  ASSERT_EQ(Open().size(), 1U);
  EXPECT_EQ(Open()[0].offset, PatientLine("a").size());
  EXPECT_EQ(ShowQuarantine(home_->parts(), Open()[0].id)->kept, kBig.substr(0, 65'536));

  const RedriveOutcome still = Redrive(SmallRecords());
  EXPECT_EQ(still.kept, 1U);
  EXPECT_EQ(CodesOf(still), Codes{ErrorCode::kRecordTooLarge});
  EXPECT_TRUE(still.receipts.empty());

  const RedriveOutcome taken = Redrive();
  EXPECT_EQ(taken.written, 1U);
  EXPECT_EQ(taken.receipts.size(), 1U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT \"offset\" FROM input WHERE id = 'big'"),
            std::to_string(PatientLine("a").size()));
  EXPECT_TRUE(Open().empty());
}

TEST_F(RedriveTest, ReceiptsTellOfEachRowOnce) {
  const std::string path =
      Write("Patient.ndjson", PatientLine("a") + kBig + "{\"resourceType\":\n" + PatientLine("b"));
  Take({path}, SmallRecords());
  const RedriveOutcome outcome = Redrive();
  EXPECT_EQ(outcome.written, 1U);
  EXPECT_EQ(outcome.kept, 1U);
  EXPECT_EQ(WrittenByReceipts(), 3U);
  const Receipt receipt = *ShowReceipt(home_->parts(), outcome.receipts.front());
  EXPECT_EQ(receipt.totals.found(), 2U);  // what was tried
  EXPECT_EQ(receipt.bytes.records, kBig.size() - 1);

  const Receipt again = Take({path});
  EXPECT_EQ(again.totals.written, 0U);
  EXPECT_EQ(again.totals.duplicate, 3U);
  EXPECT_EQ(again.totals.quarantined, 1U);
  EXPECT_EQ(again.bytes.total(), std::filesystem::file_size(path));
  EXPECT_EQ(WrittenByReceipts(), 3U);
}

TEST_F(RedriveTest, KeepsWhatIsStillRefusedUnderItsNewReason) {
  std::string deep = R"({"resourceType":"Patient","id":"d","x":)";
  deep += std::string(50, '[') + std::string(50, ']') + ",}";
  Limits shallow;
  shallow.depth_max = 20;
  Take({Write("Patient.ndjson", PatientLine("a") + deep + "\n")}, shallow);
  ASSERT_EQ(Open().size(), 1U);
  EXPECT_EQ(Open()[0].code, "NESTING_TOO_DEEP");
  const RedriveOutcome outcome = Redrive();
  EXPECT_EQ(CodesOf(outcome), Codes{ErrorCode::kJsonInvalid});
  EXPECT_EQ(Open()[0].code, "JSON_INVALID");

  QuarantineFilter unknown;
  unknown.id = QuarantineId(4711);
  EXPECT_TRUE(IsError(RedriveQuarantine(home_->parts(), unknown, Limits()),
                      ErrorCode::kQuarantineNotFound));
}

TEST_F(RedriveTest, AnEntryOfABundleFindsItsPlace) {
  const std::string bundle = R"({"resourceType":"Bundle","type":"transaction","entry":[
{"fullUrl":"urn:uuid:0b7a5ed3-3f6a-4a6e-9d2c-6b7a1c2d3e4f","resource":{"resourceType":"Patient","name":[{"family":")" +
                             std::string(3000, 'x') + R"("}]}},
{"resource":{"resourceType":"Patient","id":"b"}}]})";
  Take({Write("bundle.json", bundle)}, SmallRecords(2000));
  EXPECT_EQ(Redrive().written, 1U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id FROM input ORDER BY id"),
            "0b7a5ed3-3f6a-4a6e-9d2c-6b7a1c2d3e4f\nb");
}

TEST_F(RedriveTest, CsvRowsComeFromWhatWasKeptOrFromTheFile) {
  const std::string kept = "2,\"" + std::string(3000, 'k') + "\"\n";
  const std::string large = "3," + std::string(100'000, 'l') + "\n";
  const std::string path = Write("T.csv", "Id;x,Name\n1,a\n" + kept + large + "ragged\n4,b\n");
  Take({path}, SmallRecords(2000));
  EXPECT_EQ(Open().size(), 3U);

  std::filesystem::rename(path, path + ".away");
  const RedriveOutcome without_file = Redrive();
  EXPECT_EQ(without_file.written, 1U);
  EXPECT_EQ(CodesOf(without_file), (Codes{ErrorCode::kCsvInvalid, ErrorCode::kInputVanished}));
  std::filesystem::rename(path + ".away", path);
  EXPECT_EQ(Redrive().written, 1U);
  EXPECT_EQ(home_->Ask("raw.src_t", "SELECT id_x, length(name), hx_line FROM input ORDER BY 1"),
            "1|1|2\n2|3000|3\n3|100000|4\n4|1|6");
  ASSERT_EQ(Open().size(), 1U);
  EXPECT_EQ(Open()[0].code, "CSV_INVALID");
  EXPECT_EQ(WrittenByReceipts(), 4U);
  const Receipt again = Take({path});
  EXPECT_EQ(again.totals.duplicate, 4U);
  EXPECT_EQ(again.totals.quarantined, 1U);
}

TEST_F(RedriveTest, ARecordOfAChangedFileStays) {
  const std::string path = Write("Patient.ndjson", PatientLine("a") + kBig);
  Take({path}, SmallRecords());
  Write("Patient.ndjson", PatientLine("b") + kBig);
  EXPECT_EQ(CodesOf(Redrive()), Codes{ErrorCode::kTraceMismatch});
  EXPECT_EQ(Open()[0].code, "RECORD_TOO_LARGE");
}

TEST_F(RedriveTest, RowsOfFhirParquetAreComposedAgain) {
  Write("keep", "");
  iceberg::Type meta;
  meta.id = iceberg::TypeId::kStruct;
  meta.fields = {FieldOf(3, "id", iceberg::Primitive(iceberg::TypeId::kString))};
  iceberg::Schema schema;
  schema.fields = {FieldOf(1, "id", iceberg::Primitive(iceberg::TypeId::kString)),
                   FieldOf(2, "meta", meta),
                   FieldOf(4, "gender", iceberg::Primitive(iceberg::TypeId::kString))};
  WriteParquet(home_->parts().engine, input_folder(),
               "SELECT 'p' || i, {'id': NULL::VARCHAR}, "
               "CASE WHEN i % 1000 = 7 THEN repeat('x', 5000) ELSE 'female' END FROM range(5000) "
               "t(i)",
               schema, "Patient");
  const Receipt small = Take({input_folder()}, SmallRecords(3000));
  EXPECT_EQ(small.totals.written, 4995U);
  EXPECT_EQ(small.totals.quarantined, 5U);
  EXPECT_EQ(Open().front().offset, 7U);
  EXPECT_EQ(CodesOf(Redrive(SmallRecords(3000))), Codes(5, ErrorCode::kRecordTooLarge));
  EXPECT_EQ(Redrive().written, 5U);
  EXPECT_TRUE(Open().empty());
  EXPECT_EQ(WrittenByReceipts(), 5000U);
  EXPECT_EQ(Take({input_folder()}).totals.duplicate, 5000U);
}

/// Two records with far more blank lines between them than the default ratio lets pass.
std::string Bomb() {
  return ZstdFrame(
      {ZstdRaw(PatientLine("front")), ZstdRepeated('\n', 100), ZstdRaw(PatientLine("behind"))});
}

TEST_F(RedriveTest, TheRestOfAFileIsReadFromWhereReadingStopped) {
  const std::string path = Write("Patient.ndjson.zst", Bomb());
  const Receipt receipt = Take({path});
  EXPECT_EQ(receipt.totals.written, 1U);
  ASSERT_EQ(Open().size(), 1U);
  EXPECT_EQ(Open()[0].code, "ARCHIVE_BOMB");
  EXPECT_EQ(Open()[0].extent, QuarantineExtent::kRest);
  EXPECT_EQ(CodesOf(Redrive()), Codes{ErrorCode::kArchiveBomb});
  EXPECT_EQ(Open().size(), 1U);

  Limits generous;
  generous.archive.ratio_max = 1'000'000;
  const RedriveOutcome taken = Redrive(generous);
  EXPECT_EQ(taken.written, 1U);
  EXPECT_EQ(taken.duplicate, 0U);
  EXPECT_TRUE(Open().empty());
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id FROM input ORDER BY id"), "behind\nfront");
  const Receipt again = Take({path});
  EXPECT_EQ(again.totals.duplicate, 2U);
  EXPECT_EQ(again.totals.quarantined, 0U);
  EXPECT_EQ(again.bytes.total(),
            PatientLine("front").size() + PatientLine("behind").size() + 100 * kZstdBlockBytes);
  EXPECT_EQ(WrittenByReceipts(), 2U);
}

TEST_F(RedriveTest, AFileThatWasFetchedAgainIsReadAsAWhole) {
  const std::string whole = ZstdFrame({ZstdRaw(PatientLine("a")), ZstdRaw(PatientLine("b"))});
  const std::size_t last_block = PatientLine("b").size() + 3;  // with its header
  const std::string path = Write("Patient.ndjson.zst", whole.substr(0, whole.size() - last_block));
  EXPECT_EQ(Take({path}).reasons.at("ARCHIVE_INVALID"), 1U);
  EXPECT_EQ(CodesOf(Redrive()), Codes{ErrorCode::kArchiveInvalid});
  std::filesystem::remove(path);
  EXPECT_EQ(CodesOf(Redrive()), Codes{ErrorCode::kInputVanished});
  Write("Patient.ndjson.zst", whole);
  const RedriveOutcome outcome = Redrive();
  EXPECT_EQ(outcome.written + outcome.duplicate, 2U);
  EXPECT_TRUE(Open().empty());
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id FROM input ORDER BY id"), "a\nb");
  EXPECT_EQ(WrittenByReceipts(), 2U);
}

TEST_F(RedriveTest, ACsvFileThatWasFetchedAgainIsNotDoubled) {
  std::string rows = "x\n";
  while (rows.size() < 20'000) rows += "1\n";
  const std::string whole = ZstdFrame({ZstdRaw(rows), ZstdRaw("2\n3\n")});
  const std::string path = Write("T.csv.zst", whole.substr(0, whole.size() - 2));
  EXPECT_EQ(Take({path}).totals.quarantined, 1U);
  Write("T.csv.zst", whole);
  EXPECT_EQ(CodesOf(Redrive()), Codes{ErrorCode::kTraceMismatch});
  EXPECT_EQ(Open().size(), 1U);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
