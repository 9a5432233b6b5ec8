// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/ingest.h"

#include <gtest/gtest.h>

#include <thread>

#include "lakehouse/ingest/ingest_home_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class IngestTest : public IngestHomeTest {};

TEST_F(IngestTest, TakesInAnNdjsonFileAndSignsAReceipt) {
  const std::string text = PatientLine("a") + PatientLine("b");
  const std::string path = Write("Patient.ndjson", text);
  const auto outcome = home_->Take({path});
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
  const Receipt& receipt = outcome->receipt;
  EXPECT_EQ(receipt.totals.written, 2U);
  EXPECT_EQ(receipt.totals.found(), 2U);
  EXPECT_EQ(receipt.bytes.total(), text.size());
  EXPECT_EQ(receipt.types.at("Patient").written, 2U);
  ExpectBalanced(receipt);
  EXPECT_FALSE(receipt.signature.empty());
  const auto verified = VerifyReceipt(home_->parts(), receipt.id);
  ASSERT_TRUE(IsOk(verified));
  EXPECT_EQ(verified->rows, 2U);
  EXPECT_EQ(home_->Ask("raw.fhir",
                       "SELECT id, source, file, \"offset\", length, deleted FROM input "
                       "ORDER BY id"),
            "a|src|" + path + "|0|" + std::to_string(PatientLine("a").size() - 1) + "|false\n" +
                "b|src|" + path + "|" + std::to_string(PatientLine("a").size()) + "|" +
                std::to_string(PatientLine("b").size() - 1) + "|false");
  EXPECT_TRUE(IsOk(home_->warehouse().LoadView({"raw", "patient"})));
}

TEST_F(IngestTest, TheSameFileAgainIsFoundAndDuplicate) {
  const std::string path = Write("Patient.ndjson", PatientLine("a") + PatientLine("b"));
  ASSERT_TRUE(IsOk(home_->Take({path})));
  Restart();
  const auto again = home_->Take({path});
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->receipt.totals.written, 0U);
  EXPECT_EQ(again->receipt.totals.duplicate, 2U);
  EXPECT_EQ(again->receipt.bytes.total(), PatientLine("a").size() * 2);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(*) FROM input"), "2");
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), again->receipt.id)));
}

TEST_F(IngestTest, EqualContentInAnotherFileOrOrderIsADuplicate) {
  ASSERT_TRUE(IsOk(home_->Take({Write("one.ndjson", PatientLine("a"))})));
  const auto second = home_->Take({Write(
      "two.json", R"({"id": "a", "name": [{"family": "Doe"}], "resourceType": "Patient"})")});
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(second->receipt.totals.duplicate, 1U);
  const auto third = home_->Take({Write("three.ndjson", PatientLine("a", "Roe"))});
  ASSERT_TRUE(IsOk(third));
  EXPECT_EQ(third->receipt.totals.written, 1U);
  const auto fourth = home_->Take({Write("four.ndjson", PatientLine("a") + PatientLine("a"))});
  EXPECT_EQ(fourth->receipt.totals.duplicate, 2U);
}

TEST_F(IngestTest, FilesOfEqualContentInOneIngestAreDuplicates) {
  for (const std::uint32_t batch_records_max : {100'000U, 1U}) {
    Write("a/Patient.ndjson", PatientLine("a") + PatientLine("b"));
    Write("b/Patient.ndjson", PatientLine("a") + PatientLine("b"));
    Write("c/Other.ndjson", PatientLine("c") + PatientLine("a"));
    Write("d/Patient.ndjson", PatientLine("a") + PatientLine("b"));
    IngestRequest request;
    request.limits.batch_records_max = batch_records_max;
    request.source = "batch" + std::to_string(batch_records_max);
    const auto outcome = home_->Take({input_folder()}, request);
    ASSERT_TRUE(IsOk(outcome));
    ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
    ExpectBalanced(outcome->receipt);
    EXPECT_EQ(outcome->receipt.files.size(), 4U);
    EXPECT_EQ(outcome->receipt.totals.written, 3U);
    EXPECT_EQ(outcome->receipt.totals.duplicate, 5U);
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
    const auto again = home_->Take({input_folder()}, request);
    ASSERT_TRUE(IsOk(again));
    EXPECT_EQ(again->receipt.totals.duplicate, 8U);
  }
}

TEST_F(IngestTest, AnIngestOfNewRecordsFindsThoseOfEarlierOnes) {
  ASSERT_TRUE(IsOk(home_->Take({Write("one.ndjson", PatientLine("a") + PatientLine("b"))})));
  const auto second = home_->Take({Write(
      "two.ndjson", PatientLine("b") + PatientLine("c") + PatientLine("c") + PatientLine("a"))});
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(second->receipt.totals.written, 1U);
  EXPECT_EQ(second->receipt.totals.duplicate, 3U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(*) FROM input"), "3");
}

TEST_F(IngestTest, ASourceIsANameSpaceOfItsOwn) {
  IngestRequest other;
  other.source = "other";
  const std::string path = Write("Patient.ndjson", PatientLine("a"));
  ASSERT_TRUE(IsOk(home_->Take({path})));
  const auto outcome = home_->Take({path}, other);
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.totals.written, 1U);
}

TEST_F(IngestTest, BundleEntriesBecomeRowsTombstonesAndEnvelope) {
  const std::string bundle =
      R"({"resourceType":"Bundle","type":"transaction","entry":[
      {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Patient","id":"a"},
       "request":{"method":"POST","url":"Patient"}},
      {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Patient","id":"a","active":true},
       "request":{"method":"POST","url":"Patient","ifNoneExist":"identifier=1"}},
      {"fullUrl":"urn:uuid:0b7a5ed3-3f6a-4a6e-9d2c-6b7a1c2d3e4f",
       "resource":{"resourceType":"Observation","status":"final"},
       "request":{"method":"POST","url":"Observation"}},
      {"request":{"method":"DELETE","url":"Patient/z"}}]})";
  const auto outcome = home_->Take({Write("bundle.json", bundle)});
  ASSERT_TRUE(IsOk(outcome));
  const Receipt& receipt = outcome->receipt;
  EXPECT_EQ(receipt.types.at("Patient").written, 2U);
  EXPECT_EQ(receipt.types.at("Patient").tombstones, 1U);
  EXPECT_EQ(receipt.types.at("Patient").duplicate, 1U);
  EXPECT_EQ(receipt.types.at("Patient").if_none_exist, 1U);
  EXPECT_EQ(receipt.bytes.total(), bundle.size());
  EXPECT_GT(receipt.bytes.envelope, 0U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT resource_type, id, deleted FROM input ORDER BY 1, 2"),
            "Observation|0b7a5ed3-3f6a-4a6e-9d2c-6b7a1c2d3e4f|false\nPatient|a|false\n"
            "Patient|z|true");
  EXPECT_EQ(home_->Ask("raw.envelope", "SELECT count(*) FROM input WHERE kind = 'bundle'"), "1");
  ASSERT_TRUE(IsOk(VerifyReceipt(home_->parts(), receipt.id)));
}

TEST_F(IngestTest, ManySmallBatchesGiveTheSameAsOne) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += PatientLine(std::to_string(i % 400));
  IngestRequest small;
  small.limits.batch_records_max = 50;
  const auto outcome = home_->Take({Write("Patient.ndjson", text)}, small);
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.totals.written, 400U);
  EXPECT_EQ(outcome->receipt.totals.duplicate, 100U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "400|400");
  ASSERT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
}

TEST_F(IngestTest, CheckFindsTheSameAndWritesNothing) {
  const std::string path =
      Write("Patient.ndjson", PatientLine("a") + "{\"resourceType\":\n" + PatientLine("a"));
  IngestRequest check;
  check.mode = IngestRequest::Mode::kCheck;
  const auto outcome = home_->Take({path}, check);
  ASSERT_TRUE(IsOk(outcome));
  EXPECT_EQ(outcome->receipt.totals.written, 1U);
  EXPECT_EQ(outcome->receipt.totals.duplicate, 1U);
  EXPECT_EQ(outcome->receipt.totals.quarantined, 1U);
  EXPECT_EQ(outcome->findings.count(), 1U);
  EXPECT_TRUE(outcome->receipt.signature.empty());
  EXPECT_TRUE(IsError(home_->warehouse().Load({"raw", "fhir"}), ErrorCode::kTableNotFound));
  const auto real = home_->Take({path});
  ASSERT_TRUE(IsOk(real));
  EXPECT_EQ(real->receipt.totals, outcome->receipt.totals);
  EXPECT_EQ(real->receipt.bytes, outcome->receipt.bytes);
}

TEST_F(IngestTest, CsvRowsKeepTheirTextAndLine) {
  const std::string csv = "PERSON_ID,Name\r\n1,\"Doe, J\"\r\n2,\r\n3,x,y\r\n4,\"\"\r\n";
  const auto outcome = home_->Take({Write("omop/PERSON.csv", csv)});
  ASSERT_TRUE(IsOk(outcome));
  const Receipt& receipt = outcome->receipt;
  EXPECT_EQ(receipt.types.at("src_person").written, 3U);
  EXPECT_EQ(receipt.types.at("src_person").quarantined, 1U);
  EXPECT_EQ(receipt.bytes.total(), csv.size());
  EXPECT_EQ(
      home_->Ask("raw.src_person", "SELECT person_id, name, hx_line FROM input ORDER BY person_id"),
      "1|Doe, J|2\n2|NULL|3\n4||5");
  ASSERT_TRUE(IsOk(VerifyReceipt(home_->parts(), receipt.id)));
  const auto again = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->receipt.totals.duplicate, 3U);
  EXPECT_EQ(again->receipt.totals.written, 0U);
}

TEST_F(IngestTest, ACsvWithMoreColumnsWidensItsTable) {
  ASSERT_TRUE(IsOk(home_->Take({Write("a/T.csv", "x\n1\n")})));
  ASSERT_TRUE(IsOk(home_->Take({Write("b/T.csv", "y,x\n2,3\n")})));
  EXPECT_EQ(home_->Ask("raw.src_t", "SELECT x, y FROM input ORDER BY x"), "1|NULL\n3|2");
}

TEST_F(IngestTest, CopiesOfAFileInOneIngestAreDuplicates) {
  for (const std::string folder : {"a", "b"}) {
    Write(folder + "/T.csv", "x\n1\n2\n");
    Write(folder + "/Patient.ndjson", PatientLine("a"));
  }
  IngestRequest check;
  check.mode = IngestRequest::Mode::kCheck;
  const auto checked = home_->Take({input_folder()}, check);
  ASSERT_TRUE(IsOk(checked));
  const auto outcome = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
  EXPECT_EQ(outcome->receipt.totals.written, 3U);
  EXPECT_EQ(outcome->receipt.totals.duplicate, 3U);
  EXPECT_EQ(checked->receipt.totals, outcome->receipt.totals);
  EXPECT_EQ(home_->Ask("raw.src_t", "SELECT x FROM input ORDER BY x"), "1\n2");
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
}

TEST_F(IngestTest, IgnoredFilesAreNamedWithTheirRule) {
  Write("log.ndjson", "{}\n");
  Write("manifest.json", R"({"transactionTime":"2026-01-01T00:00:00Z","output":[]})");
  Write("notes.doc", "hello");
  Write("Patient.ndjson", PatientLine("a"));
  const auto outcome = home_->Take({input_folder()});
  ASSERT_TRUE(IsOk(outcome));
  std::map<std::string, std::string> rules;
  for (const IgnoredFile& ignored : outcome->receipt.ignored) {
    rules[std::filesystem::path(ignored.file).filename().string()] = ignored.rule;
    EXPECT_EQ(ignored.sha256.size(), 64U);
    EXPECT_GT(ignored.size_bytes, 0U);
  }
  EXPECT_EQ(rules, (std::map<std::string, std::string>{{"log.ndjson", "bulk-export-log"},
                                                       {"manifest.json", "bulk-export-manifest"},
                                                       {"notes.doc", "unknown-kind"}}));
  EXPECT_EQ(outcome->receipt.totals.written, 1U);
}

TEST_F(IngestTest, TwoIngestsOfOneFileAtOnceWriteItOnce) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += PatientLine(std::to_string(i));
  const std::string path = Write("Patient.ndjson", text);
  IngestRequest small;
  small.limits.batch_records_max = 40;
  std::uint64_t written = 0;
  std::uint64_t found = 0;
  std::mutex mutex;
  const auto take = [&] {
    const auto outcome = home_->Take({path}, small);
    ASSERT_TRUE(IsOk(outcome));
    EXPECT_FALSE(outcome->stopped);
    const std::lock_guard lock(mutex);
    written += outcome->receipt.totals.written;
    found += outcome->receipt.totals.found();
  };
  std::thread first(take);
  std::thread second(take);
  first.join();
  second.join();
  EXPECT_EQ(written, 300U);
  EXPECT_EQ(found, 600U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(*) FROM input"), "300");
}

TEST_F(IngestTest, ACancelledIngestGoesOnBehindWhatIsCommitted) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += PatientLine(std::to_string(i));
  const std::string path = Write("Patient.ndjson", text);
  std::atomic<bool> cancel = false;
  IngestRequest request;
  request.limits.batch_records_max = 50;
  request.cancel = &cancel;
  request.on_progress = [&](const Progress&) { cancel = true; };
  const auto first = home_->Take({path}, request);
  ASSERT_TRUE(IsOk(first));
  ASSERT_TRUE(first->stopped);
  EXPECT_EQ(first->stopped->code(), ErrorCode::kCancelled);
  EXPECT_EQ(first->receipt.totals.written, 50U);
  const auto second = home_->Take({path});
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(second->receipt.totals.written, 250U);
  EXPECT_EQ(second->receipt.totals.duplicate, 50U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "300|300");
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), second->receipt.id)));
}

TEST_F(IngestTest, VerifyRefusesAChangedReceipt) {
  const auto outcome = home_->Take({Write("Patient.ndjson", PatientLine("a"))});
  ASSERT_TRUE(IsOk(outcome));
  const auto removed = home_->records().Write([](storage::records::Transaction& transaction) {
    return transaction.Execute("UPDATE ingest_receipts SET json = ? || json",
                               {storage::records::Text(" ")});
  });
  ASSERT_TRUE(IsOk(removed));
  EXPECT_TRUE(
      IsError(VerifyReceipt(home_->parts(), outcome->receipt.id), ErrorCode::kSignatureInvalid));
  EXPECT_TRUE(
      IsError(VerifyReceipt(home_->parts(), ReceiptId("none")), ErrorCode::kReceiptNotFound));
}

TEST_F(IngestTest, VerifyFindsMissingRows) {
  const auto outcome = home_->Take({Write("Patient.ndjson", PatientLine("a"))});
  ASSERT_TRUE(IsOk(outcome));
  const auto base = home_->warehouse().Load({"raw", "fhir"});
  ASSERT_TRUE(IsOk(base));
  tables::DeleteRows gone;
  gone.removed_data_files = {home_->Ask("raw.fhir", "SELECT DISTINCT _file FROM input")};
  tables::CommitRequest request;
  request.tables.push_back({base->name(), *base, {gone}});
  ASSERT_TRUE(IsOk(home_->warehouse().Commit(request)));
  EXPECT_TRUE(
      IsError(VerifyReceipt(home_->parts(), outcome->receipt.id), ErrorCode::kReceiptMismatch));
}

TEST_F(IngestTest, RefusesABadSourceNameAndAMissingPath) {
  IngestRequest request;
  request.source = "Bad-Name";
  EXPECT_TRUE(IsError(home_->Take({Write("a.ndjson", PatientLine("a"))}, request),
                      ErrorCode::kSourceNameInvalid));
  EXPECT_TRUE(IsError(home_->Take({folder_ / "absent"}), ErrorCode::kFileNotFound));
  EXPECT_EQ(SourceNameFor("/data/synthea-hiv/").value(), "syntheahiv");
  EXPECT_TRUE(IsError(SourceNameFor("/1-2"), ErrorCode::kSourceNameInvalid));
}

}  // namespace
}  // namespace healix::lakehouse::ingest
