// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/ingest.h"
#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/receipt_json_internal.h"
#include "lakehouse/ingest/source_names_internal.h"
#include "lakehouse/ingest/version_key_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

TEST(SourceNamesTest, AreMadeOfFolders) {
  EXPECT_EQ(SourceNameFor("/data/synthea-hiv/").value(), "syntheahiv");
  EXPECT_EQ(SourceNameFor("/data/2024 Ward_B").value(), "wardb");
  EXPECT_TRUE(IsError(SourceNameFor("/1-2"), ErrorCode::kSourceNameInvalid));
  EXPECT_TRUE(IsError(CheckSourceName("a-b"), ErrorCode::kSourceNameInvalid));
  EXPECT_TRUE(IsOk(CheckSourceName("a1")));
}

TEST(SourceNamesTest, TablesAreNamedByStems) {
  EXPECT_EQ(TableNameFor("/x/set.zip!PERSON.csv"), "person");
  EXPECT_EQ(TableNameFor("/x/Drug Era.csv.gz"), "drug_era");
}

TEST(InputFilesTest, RecognisesByNameElseByContent) {
  EXPECT_EQ(Recognise("a.ndjson", "").kind, InputKind::kFhirJson);
  EXPECT_EQ(Recognise("A.CSV", "").kind, InputKind::kCsv);
  EXPECT_EQ(Recognise("noname", " <Patient").kind, InputKind::kFhirXml);
  EXPECT_EQ(Recognise("noname", "PAR1").kind, InputKind::kParquet);
  EXPECT_EQ(Recognise("x.bin", "\x7F").ignore_rule, "unknown-kind");
  EXPECT_EQ(Recognise("m.json", R"({"transactionTime":"","output":[]})").ignore_rule,
            "bulk-export-manifest");
}

TEST(PeekedStreamTest, GivesTheHeadAgain) {
  const std::string text(10'000, 'x');
  formats::MemoryStream whole(text, 1000);
  PeekedStream stream(whole);
  EXPECT_EQ(stream.Head().size(), PeekedStream::kHeadBytes);
  const auto rest = IgnoreStream("p", "r", stream);
  ASSERT_TRUE(IsOk(rest));
  EXPECT_EQ(rest->size_bytes, text.size());
}

TEST(VersionKeyTest, KeepsVersionsOfARecordTogether) {
  const std::string one(32, '\1');
  const std::string two(32, '\2');
  const VersionKey a = KeyOf({"s", "Patient", "1", one});
  const VersionKey b = KeyOf({"s", "Patient", "1", two});
  const VersionKey other = KeyOf({"s", "Patien", "t1", one});
  EXPECT_EQ(a.record(), b.record());
  EXPECT_NE(a, b);
  EXPECT_NE(a.record(), other.record());
}

TEST(FileAccountsTest, GivesBackWhatWasAppended) {
  FileAccounts accounts;
  EXPECT_TRUE(accounts.empty());
  for (int i = 0; i < 3; ++i) {
    FileAccount account;
    account.file = "/a \"" + std::to_string(i);
    account.bytes.records = 10;
    account.types["Patient"].written = 2;
    account.reasons["JSON_INVALID"] = 1;
    account.ingests = {"x", "y"};
    accounts.Append(account);
  }
  ASSERT_EQ(accounts.size(), 3U);
  int seen = 0;
  for (const FileAccount& account : accounts) {
    EXPECT_EQ(account.file, "/a \"" + std::to_string(seen++));
    EXPECT_EQ(account.ingests.size(), 2U);
  }
  EXPECT_EQ(seen, 3);
  const FileSums sums = accounts.Sum();
  EXPECT_EQ(sums.bytes.records, 30U);
  EXPECT_EQ(sums.totals.written, 6U);
  EXPECT_EQ(sums.types.at("Patient").written, 6U);
  EXPECT_EQ(sums.reasons.at("JSON_INVALID"), 3U);
}

TEST(ReceiptJsonTest, ReadsBackWhatItPrints) {
  Receipt receipt;
  receipt.id = ReceiptId("r");
  receipt.ingest = IngestId("i");
  receipt.program = "healix \"test\"";
  FileAccount file;
  file.file = "/a!b";
  file.bytes = {3, 2, 1};
  file.types["Patient"] = {5, 4, 3, 2, 1};
  file.reasons["JSON_INVALID"] = 3;
  file.ingests = {"i", "j"};
  receipt.files = {file, file};
  receipt.ignored = {{"/c", "unknown-kind", "00", 7}};
  receipt.snapshots["raw.fhir"] = -12;
  static_cast<FileSums&>(receipt) = receipt.files.Sum();
  const std::string json = ToCanonicalJson(receipt);
  const auto read = ReceiptFromJson(json);
  ASSERT_TRUE(IsOk(read));
  EXPECT_EQ(ToCanonicalJson(*read), json);
  EXPECT_EQ(read->totals.found(), 24U);
  EXPECT_EQ(read->bytes.total(), 12U);
  EXPECT_EQ(read->reasons.at("JSON_INVALID"), 6U);
  EXPECT_EQ(read->snapshots.at("raw.fhir"), -12);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
