// SPDX-License-Identifier: Apache-2.0
// One test per kind of bad input that issue A1, section 6 names.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/io/fault_file_system.h"
#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/parquet_file_testing.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/zstd_frames_testing.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsError;
using testing::IsOk;

class BadInput : public IngestHomeTest {
 protected:
  /// Takes the input folder in, expects it to succeed and the receipt to balance and verify.
  Receipt TakeAll(IngestRequest request = {}) {
    const auto outcome = home_->Take({input_folder()}, std::move(request));
    EXPECT_TRUE(IsOk(outcome));
    if (!outcome) return {};
    EXPECT_FALSE(outcome->stopped) << outcome->stopped->ToString();
    ExpectBalanced(outcome->receipt);
    EXPECT_TRUE(IsOk(VerifyReceipt(home_->parts(), outcome->receipt.id)));
    return outcome->receipt;
  }

  std::vector<QuarantineEntry> Quarantined() {
    auto entries = ListQuarantine(home_->parts(), {});
    EXPECT_TRUE(IsOk(entries));
    return entries ? *std::move(entries) : std::vector<QuarantineEntry>();
  }

  /// Takes one bad line between two good ones in and returns what became of it.
  QuarantineEntry TakeBadLine(const std::string& bad) {
    const std::string text = PatientLine("a") + bad + "\n" + PatientLine("b");
    Write("Patient.ndjson", text);
    const Receipt receipt = TakeAll();
    EXPECT_EQ(receipt.totals.written, 2U);
    EXPECT_EQ(receipt.totals.quarantined, 1U);
    EXPECT_EQ(receipt.bytes.total(), text.size());
    EXPECT_EQ(receipt.bytes.quarantined, bad.size());
    const auto entries = Quarantined();
    EXPECT_EQ(entries.size(), 1U);
    if (entries.empty()) return {};
    EXPECT_EQ(entries[0].offset, PatientLine("a").size());
    EXPECT_EQ(entries[0].length, bad.size());
    return entries[0];
  }
};

TEST_F(BadInput, TruncatedJson) {
  const std::string half = PatientLine("b").substr(0, 30);
  Write("Patient.ndjson", PatientLine("a") + half);
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.totals.quarantined, 1U);
  EXPECT_EQ(receipt.bytes.total(), PatientLine("a").size() + half.size());
  const auto entries = Quarantined();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].code, "INPUT_TRUNCATED");
  EXPECT_EQ(entries[0].offset, PatientLine("a").size());
}

TEST_F(BadInput, A300MegabyteLine) {
  const std::string path = Write("Patient.ndjson", PatientLine("a"));
  constexpr std::size_t kPieces = 300;
  {
    std::ofstream file(path, std::ios::app | std::ios::binary);
    file << R"({"resourceType":"Patient","id":"big","x":")";
    const std::string piece(1 << 20, 'x');
    for (std::size_t i = 0; i < kPieces; ++i) file << piece;
    file << "\"}\n" << PatientLine("b");
  }
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 2U);
  EXPECT_EQ(receipt.bytes.total(), std::filesystem::file_size(path));
  const auto entries = Quarantined();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].code, "RECORD_TOO_LARGE");
  EXPECT_GT(entries[0].length, kPieces << 20);
  const auto shown = ShowQuarantine(home_->parts(), entries[0].id);
  ASSERT_TRUE(IsOk(shown));
  EXPECT_EQ(shown->kept.size(), 65'536U);
}

TEST_F(BadInput, DeepNesting) {
  std::string deep = R"({"resourceType":"Patient","x":)";
  deep += std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_EQ(TakeBadLine(deep).code, "NESTING_TOO_DEEP");
}

TEST_F(BadInput, InvalidUtf8) {
  EXPECT_EQ(TakeBadLine("{\"resourceType\":\"Patient\",\"id\":\"x\",\"gender\":\"\xC3\x28\"}").code,
            "UTF8_INVALID");
}

TEST_F(BadInput, DuplicateKeys) {
  EXPECT_EQ(TakeBadLine(R"({"resourceType":"Patient","id":"x","id":"y"})").code,
            "JSON_DUPLICATE_KEY");
}

TEST_F(BadInput, ABundleWithOneBadEntry) {
  const std::string bundle = R"({"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"a"}},
{"resource":{"resourceType":"Patient","id":tru}},
{"resource":{"resourceType":"Patient","id":"b"}}]})";
  Write("bundle.json", bundle);
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 2U);
  EXPECT_EQ(receipt.totals.quarantined, 1U);
  EXPECT_EQ(receipt.bytes.total(), bundle.size());
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id FROM input ORDER BY id"), "a\nb");
}

TEST_F(BadInput, XmlBomb) {
  const std::string bomb =
      "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">"
      "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><Patient xmlns=\"http://hl7.org/fhir\">"
      "<id value=\"&b;\"/></Patient>";
  Write("patient.xml", bomb);
  Write("Patient.ndjson", PatientLine("a"));
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_GE(receipt.totals.quarantined, 1U);
  EXPECT_GE(receipt.reasons.at("XML_INVALID"), 1U);
}

TEST_F(BadInput, ArchiveBomb) {
  Write("bomb.ndjson.zst", ZstdFrame({ZstdRepeated(' ', 2000)}));
  Write("good.ndjson", PatientLine("a"));
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.reasons.at("ARCHIVE_BOMB"), 1U);
  EXPECT_EQ(home_->Take({input_folder()})->receipt.totals.quarantined, 1U);
  EXPECT_EQ(Quarantined().size(), 1U);
}

/// One member of a tar file (POSIX ustar).
std::string TarMember(const std::string& name, const std::string& content) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, name);
  put(100, "0000644");
  char size[12];
  std::snprintf(size, sizeof(size), "%011zo", content.size());
  put(124, size);
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, std::string("ustar\0"
                       "00",
                       8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char checksum[8];
  std::snprintf(checksum, sizeof(checksum), "%06o", sum);
  put(148, checksum);
  header[155] = ' ';
  std::string member = header + content;
  member.resize((member.size() + 511) / 512 * 512, '\0');
  return member;
}

TEST_F(BadInput, ArchivePathsThatClimbOut) {
  Write("set.tar", TarMember("../../etc/Patient.ndjson", PatientLine("evil")) +
                       TarMember("Patient.ndjson", PatientLine("a")) + std::string(1024, '\0'));
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.reasons.at("ARCHIVE_PATH_UNSAFE"), 1U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT id FROM input"), "a");
}

TEST_F(BadInput, RaggedCsv) {
  Write("T.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n");
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 2U);
  EXPECT_EQ(receipt.totals.quarantined, 2U);
  const auto entries = Quarantined();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].line, 3U);
  EXPECT_EQ(entries[1].line, 4U);
  EXPECT_EQ(entries[0].code, "CSV_INVALID");
}

TEST_F(BadInput, WrongCompression) {
  Write("a.ndjson.gz", "this is no gzip file\n");
  Write("b.ndjson", PatientLine("a"));
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.reasons.at("ARCHIVE_INVALID"), 1U);
  EXPECT_FALSE(receipt.files.front().error.empty());
}

TEST_F(BadInput, ADamagedPageOfAParquetFile) {
  Write("Patient.ndjson", PatientLine("a"));
  iceberg::Schema schema;
  schema.fields = {FieldOf(1, "id", iceberg::Primitive(iceberg::TypeId::kLong)),
                   FieldOf(2, "ward", iceberg::Primitive(iceberg::TypeId::kString))};
  WriteParquet(home_->parts().engine, input_folder(),
               "SELECT i, md5(i::VARCHAR) FROM range(5000) t(i)", schema, "");
  for (const auto& file : std::filesystem::directory_iterator(input_folder())) {
    if (file.path().extension() != ".parquet") continue;
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4);  // behind the magic number; the footer stays
    bytes << std::string(file.file_size() / 2, '\xFF');
  }
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.reasons.at("PARQUET_INVALID"), 1U);
}

TEST_F(BadInput, AFolderThatVanishes) {
  for (int i = 0; i < 4; ++i)
    Write("set/" + std::to_string(i) + ".ndjson", PatientLine(std::to_string(i)));
  IngestRequest request;
  request.limits.batch_records_max = 1;
  request.on_progress = [&](const Progress& progress) {
    if (progress.records >= 2) std::filesystem::remove_all(input_folder() + "/set");
  };
  const auto outcome = home_->Take({input_folder()}, request);
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_TRUE(outcome->stopped);
  EXPECT_EQ(outcome->stopped->code(), ErrorCode::kInputVanished);
  for (int i = 0; i < 4; ++i)
    Write("set/" + std::to_string(i) + ".ndjson", PatientLine(std::to_string(i)));
  const Receipt receipt = TakeAll();
  EXPECT_EQ(receipt.totals.found(), 4U);
  EXPECT_EQ(home_->Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "4|4");
}

TEST(BadInputOnAFullDisk, KeepsWhatIsDoneAndCompletesLater) {
  base::FaultFileSystem disk;
  std::uint64_t written = 0;
  ASSERT_TRUE(IsOk(disk.MakeFolders("/in")));
  std::string text;
  for (int i = 0; i < 2000; ++i) text += PatientLine(std::to_string(i), std::string(100, 'x'));
  ASSERT_TRUE(IsOk(base::WriteFileDurably(disk, "/in/Patient.ndjson", text)));
  IngestRequest request;
  request.limits.batch_records_max = 200;
  {
    IngestHome home(disk, "/home");
    ASSERT_TRUE(IsOk(home.Take({"/in"}, {{}, {}, IngestRequest::Mode::kCheck, {}, {}, nullptr})));
    disk.SetCapacity(text.size() + 900'000);
    const auto outcome = home.Take({"/in"}, request);
    ASSERT_TRUE(IsOk(outcome));
    ASSERT_TRUE(outcome->stopped);
    EXPECT_EQ(outcome->stopped->code(), ErrorCode::kDiskFull) << outcome->stopped->ToString();
    if (!outcome->receipt.id.value().empty()) written = outcome->receipt.totals.written;
  }
  disk.ClearFaults();
  IngestHome home(disk, "/home");
  const auto outcome = home.Take({"/in"}, request);
  ASSERT_TRUE(IsOk(outcome));
  ASSERT_FALSE(outcome->stopped) << outcome->stopped->ToString();
  EXPECT_EQ(outcome->receipt.totals.written + written, 2000U);
  EXPECT_EQ(home.Ask("raw.fhir", "SELECT count(DISTINCT id), count(*) FROM input"), "2000|2000");
  EXPECT_TRUE(IsOk(VerifyReceipt(home.parts(), outcome->receipt.id)));
}

}  // namespace
}  // namespace healix::lakehouse::ingest
