// SPDX-License-Identifier: Apache-2.0
// `--check` finds what an ingest finds, over each kind of bad input at once, and writes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/zstd_frames_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

class CheckTest : public IngestHomeTest {
 protected:
  void WriteBadInputs() {
    const std::string good = PatientLine("good");
    Write("truncated.ndjson", good + R"({"resourceType":"Patient",)");
    Write("deep.ndjson", R"({"resourceType":"Patient","x":)" + std::string(5000, '[') +
                             std::string(5000, ']') + "}\n" + good);
    Write("utf8.ndjson", "{\"resourceType\":\"Patient\",\"gender\":\"\xC3\x28\"}\n" + good);
    Write("keys.ndjson", R"({"resourceType":"Patient","id":"x","id":"y"})"
                         "\n");
    Write("large.ndjson", PatientLine("large", std::string(300'000, 'x')) + good);
    Write("untyped.json", R"({"colour":"blue"})");
    Write("odd.ndjson",
          R"({"resourceType":"Patient","id":"a b","meta":{"lastUpdated":"yesterday"}})"
          "\n");
    Write("bundle.json", R"({"resourceType":"Bundle","type":"transaction","entry":[
{"resource":{"resourceType":"Patient","id":"a"}},
{"resource":{"resourceType":"Patient","id":tru}},
{"request":{"method":"DELETE","url":"Patient?name=x"}},
{"request":{"method":"DELETE","url":"Patient/good"}},
{"resource":{"resourceType":"Patient","id":"a","active":true},
 "request":{"method":"POST","url":"Patient","ifNoneExist":"x"}}]})");
    Write("bomb.xml",
          "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"b\">]>"
          "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&a;\"/></Patient>");
    Write("bomb.ndjson.zst", ZstdFrame({ZstdRaw(good), ZstdRepeated(' ', 200)}));
    Write("wrong.ndjson.gz", "this is no gzip file\n");
    Write("RAGGED.csv", "a,b\n1,2\n3\n4,5,6\n\"7,8\n");
    Write("copy/RAGGED.csv", "a,b\n1,2\n3\n4,5,6\n\"7,8\n");
    Write("HEADER.csv", "a,\"b\n1,2\n");
    Write("no.parquet", "PAR1 is not enough");
    Write("notes.doc", "hello");
    Write("log.ndjson", "{}\n");
  }

  /// Returns each finding as a line.
  static std::vector<std::string> Lines(const Findings& findings) {
    std::vector<std::string> lines;
    for (const Finding& finding : findings.kept()) {
      lines.push_back(std::string(Name(finding.code)) + " " + finding.position.ToString() + " " +
                      finding.path);
    }
    return lines;
  }

  /// Returns what is told of each file, but for the ids of the ingests.
  static std::vector<std::string> Accounts(const Receipt& receipt) {
    std::vector<std::string> accounts;
    for (FileAccount account : receipt.files) {
      account.ingests.clear();
      accounts.push_back(ToJson(account));
    }
    for (const IgnoredFile& ignored : receipt.ignored) accounts.push_back(ToJson(ignored));
    return accounts;
  }

  /// Counts rows of all that an ingest could write to.
  std::string WrittenSoFar() {
    std::string counts;
    for (const std::string table : {"ingest_files", "ingest_versions", "ingest_version_runs",
                                    "ingest_quarantine", "ingest_receipts", "ingest_runs"}) {
      const auto row = home_->records().Read([&](storage::records::Reader& reader) {
        return reader.QueryFirst("SELECT count(*) FROM " + table);
      });
      EXPECT_TRUE(IsOk(row));
      counts += std::to_string((*row)->Int(0)) + " ";
    }
    const auto warehouse = folder_ / "home/warehouse";
    const auto files = std::filesystem::recursive_directory_iterator(std::string(warehouse));
    return counts + std::to_string(std::distance(begin(files), end(files)));
  }

  void ExpectCheckEqualsIngest(const Limits& limits) {
    IngestRequest request;
    request.limits = limits;
    request.mode = IngestRequest::Mode::kCheck;
    const auto checked = home_->Take({input_folder()}, request);
    ASSERT_TRUE(IsOk(checked));
    const std::string before = WrittenSoFar();
    ASSERT_TRUE(IsOk(home_->Take({input_folder()}, request)));
    EXPECT_EQ(WrittenSoFar(), before);

    request.mode = IngestRequest::Mode::kWrite;
    const auto taken = home_->Take({input_folder()}, request);
    ASSERT_TRUE(IsOk(taken));
    ASSERT_FALSE(taken->stopped) << taken->stopped->ToString();
    EXPECT_EQ(Lines(checked->findings), Lines(taken->findings));
    EXPECT_EQ(Accounts(checked->receipt), Accounts(taken->receipt));
    EXPECT_EQ(checked->receipt.totals, taken->receipt.totals);
    EXPECT_GE(taken->findings.count(), 10U);
  }
};

TEST_F(CheckTest, FindsWhatAnIngestFinds) {
  WriteBadInputs();
  Limits limits;
  limits.record_bytes_max = 200'000;
  ExpectCheckEqualsIngest(limits);
}

TEST_F(CheckTest, FindsTheSameWhenAnIngestTakesManyBatches) {
  WriteBadInputs();
  Limits limits;
  limits.record_bytes_max = 200'000;
  limits.batch_records_max = 1;
  ExpectCheckEqualsIngest(limits);
}

}  // namespace
}  // namespace healix::lakehouse::ingest
