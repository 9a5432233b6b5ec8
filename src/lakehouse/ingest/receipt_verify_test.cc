// SPDX-License-Identifier: Apache-2.0
// Whatever is changed behind the back of a receipt is found.
#include <gtest/gtest.h>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class ReceiptVerifyTest : public IngestHomeTest {
 protected:
  Receipt Take(const std::string& path, IngestRequest request = {}) {
    const auto outcome = home_->Take({path}, std::move(request));
    EXPECT_TRUE(IsOk(outcome));
    if (!outcome) return {};
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
    return outcome->receipt;
  }

  /// Puts the rows of a SELECT over `input` in the place of a table's.
  void Replace(const tables::TableName& name, const std::string& sql) {
    const auto base = home_->warehouse().Load(name);
    ASSERT_TRUE(IsOk(base));
    auto scope = std::make_shared<engine::Scope>();
    auto scan = home_->warehouse().ToScanTable(*base);
    ASSERT_TRUE(IsOk(scan));
    scope->relations.push_back({"main", "input", std::nullopt, *std::move(scan)});
    const Parts parts = home_->parts();
    auto files =
        parts.data_files.Write(tables::TargetOf(*base), engine::SqlSource{std::move(scope), sql});
    ASSERT_TRUE(IsOk(files));
    tables::OverwriteFiles change;
    const std::string old = home_->Ask(tables::ToString(name), "SELECT DISTINCT _file FROM input");
    for (std::size_t at = 0; at < old.size();) {
      const std::size_t end = std::min(old.find('\n', at), old.size());
      change.removed_data_files.push_back(old.substr(at, end - at));
      at = end + 1;
    }
    change.added = *std::move(files);
    tables::CommitRequest request;
    request.tables.push_back({name, *base, {change}});
    ASSERT_TRUE(IsOk(home_->warehouse().Commit(request)));
  }

  void Execute(const std::string& sql) {
    const auto done = home_->records().Write(
        [&](storage::records::Transaction& transaction) { return transaction.Execute(sql); });
    ASSERT_TRUE(IsOk(done));
  }

  bool IsMismatch(const Receipt& receipt) {
    const auto verified = VerifyReceipt(home_->parts(), receipt.id);
    return IsError(verified, ErrorCode::kReceiptMismatch);
  }
};

TEST_F(ReceiptVerifyTest, FindsRowsThatWereChanged) {
  const std::string meta = R"({"resourceType":"Patient","id":"m","meta":{"versionId":"3",)"
                           R"("lastUpdated":"2026-01-01T00:00:00Z"}})";
  const std::string deletion =
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE",)"
      R"("url":"Patient/gone"}}]})";
  const std::string file =
      Write("a.ndjson", PatientLine("a") + PatientLine("b") + meta + "\n" + deletion + "\n");
  const std::string eve = "replace(resource, 'Doe', 'Eve')";
  int number = 0;
  for (const std::string& change : std::initializer_list<std::string>{
           "SELECT * REPLACE (" + eve + " AS resource) FROM input",
           "SELECT * REPLACE (" + eve + " AS resource, sha256(" + eve + ") AS hash) FROM input",
           "SELECT * REPLACE (id || 'x' AS id) FROM input",
           "SELECT * REPLACE ('9' AS version_id) FROM input",
           "SELECT * REPLACE (TIMESTAMPTZ '2020-01-01 00:00:00Z' AS last_updated) FROM input",
           "SELECT * REPLACE (true AS deleted) FROM input",
           "SELECT * REPLACE (replace(resource, 'gone', 'away') AS resource) FROM input",
           "SELECT * FROM input WHERE id <> 'a'",
           "SELECT * FROM input UNION ALL SELECT * FROM input WHERE id = 'a'",
           "SELECT * FROM input WHERE id <> 'a' UNION ALL SELECT * FROM input WHERE id = 'b'",
           "SELECT * FROM input UNION ALL SELECT * REPLACE ('/other' AS file) FROM input",
           "SELECT * FROM input UNION ALL SELECT * REPLACE ('forged' AS ingest) FROM input"}) {
    SCOPED_TRACE(change);
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(),
                                         folder_ / ("home" + std::to_string(++number)));
    const Receipt receipt = Take(file);
    Replace(FhirTable(), change);
    EXPECT_TRUE(IsMismatch(receipt));
  }
}

TEST_F(ReceiptVerifyTest, FindsLargeRecordsThatWereChanged) {
  IngestRequest request;
  request.limits.inline_bytes_max = 1024;
  const Receipt receipt = Take(
      Write("a.ndjson", PatientLine("a") + PatientLine("large", std::string(2000, 'x'))), request);
  for (const std::string change :
       {"SELECT * REPLACE (replace(resource, 'xx', 'yy') AS resource) FROM input",
        "SELECT * FROM input WHERE false", "SELECT * REPLACE ('k' AS object) FROM input"}) {
    Replace(ObjectTable(), change);
    EXPECT_TRUE(IsMismatch(receipt)) << change;
  }
}

TEST_F(ReceiptVerifyTest, FindsTabularRowsThatCameOrWent) {
  const std::string file = Write("person.csv", "id,name\n1,a\n2,b\n");
  int number = 0;
  for (const std::string change :
       {"SELECT * FROM input WHERE id = '1'", "SELECT * FROM input UNION ALL SELECT * FROM input",
        "SELECT * REPLACE (0 AS hx_offset) FROM input",
        "SELECT * FROM input UNION ALL SELECT * REPLACE ('forged' AS hx_ingest) FROM input"}) {
    SCOPED_TRACE(change);
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(),
                                         folder_ / ("home" + std::to_string(++number)));
    const Receipt receipt = Take(file);
    Replace({"raw", "src_person"}, change);
    EXPECT_TRUE(IsMismatch(receipt));
  }
}

TEST_F(ReceiptVerifyTest, FindsQuarantineThatWasChanged) {
  const Receipt receipt =
      Take(Write("a.ndjson", PatientLine("a") + "{]\n{\"resourceType\":1}\n" + PatientLine("b")));
  ASSERT_EQ(receipt.totals.quarantined, 2U);
  Execute("UPDATE ingest_quarantine SET kept = CAST('{[' AS BLOB) WHERE byte_length = 2");
  EXPECT_TRUE(IsMismatch(receipt));
  Execute("UPDATE ingest_quarantine SET kept = CAST('{]' AS BLOB) WHERE byte_length = 2");
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), receipt.id)));
  Execute("DELETE FROM ingest_quarantine WHERE byte_length = 2");
  EXPECT_TRUE(IsMismatch(receipt));
}

TEST_F(ReceiptVerifyTest, FindsDocumentsThatWereChangedOrSwapped) {
  const Receipt first = Take(Write("a.ndjson", PatientLine("a")));
  const Receipt second = Take(Write("b.ndjson", PatientLine("b") + PatientLine("c")));
  for (const char* const column : {"written", "duplicate", "quarantined", "bytes", "finished_at"}) {
    const std::string set = std::string("UPDATE ingest_receipts SET ") + column + " = " + column;
    Execute(set + " + 1");
    EXPECT_TRUE(IsMismatch(first)) << column;
    Execute(set + " - 1");
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), first.id)));
  }
  Execute(
      "UPDATE ingest_receipts SET (json, signature) = (SELECT json, signature FROM "
      "ingest_receipts WHERE id = '" +
      first.id.value() + "') WHERE id = '" + second.id.value() + "'");
  EXPECT_TRUE(IsMismatch(second));
  EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), first.id)));
  Execute("UPDATE ingest_receipts SET public_key = 'x'");
  EXPECT_TRUE(IsError(VerifyReceipt(home_->parts(), first.id), ErrorCode::kSignatureInvalid));
}

TEST_F(ReceiptVerifyTest, AcceptsAllThatWasTakenIn) {
  Take(Write("a.xml", R"(<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient>)"
                      R"(<id value="x"/><meta><versionId value="1"/>)"
                      R"(<lastUpdated value="2026-01-01T00:00:00+01:00"/></meta></Patient>)"
                      R"(</resource></entry></Bundle>)"));
  Take(Write("b.json", R"([{"resourceType":"Patient", "id":"é\u00e9","meta":{"lastUpdated":"?"}},)"
                       R"({"id":"1", "resourceType":"Patient","n":1.0}])"));
  Take(Write("c.ndjson", PatientLine("again") + PatientLine("again") + "bad\n"));
  Write("d/c.ndjson", PatientLine("again") + PatientLine("again") + "bad\n");
  const Receipt copies = Take(input_folder());
  EXPECT_EQ(copies.totals.written, 0U);
  EXPECT_EQ(copies.totals.quarantined, 2U);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
