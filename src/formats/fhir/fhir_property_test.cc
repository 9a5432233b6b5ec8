// SPDX-License-Identifier: Apache-2.0
// Properties of random inputs made of pieces that mean something: cut whole or in small reads they
// give the same records, every byte stands in one class, and damage behind them takes nothing away.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "formats/fhir/cut_all_testing.h"

namespace healix::formats::fhir {
namespace {

using Pieces = std::vector<std::string_view>;

const Pieces kJsonPieces = {R"({"resourceType":"Bundle",)",
                            R"({"resourceType":"Patient","id":"1"})",
                            R"("entry":[)",
                            R"("\u0065ntry":[)",
                            R"("entry":{)",
                            R"({"resource":)",
                            R"("request":{"method":"DELETE",)",
                            R"("url":"Patient/1"})",
                            R"({"request":{"method":"GET"}})",
                            "{}",
                            "[",
                            "]",
                            "{",
                            "}",
                            ",",
                            ":",
                            "\n",
                            " ",
                            "\\",
                            "\"",
                            R"("a":1)",
                            R"("type":"batch")",
                            R"("resourc":)",
                            "null",
                            "\xFF",
                            "]}"};
const Pieces kXmlPieces = {"<Bundle>",
                           "</Bundle>",
                           "<entry>",
                           "</entry>",
                           "<resource>",
                           "</resource>",
                           "<Patient>",
                           "</Patient>",
                           "<id value=\"1\"/>",
                           "<Patient/>",
                           "<request><method value=\"DELETE\"/>",
                           "<url value=\"Patient/1\"/>",
                           "</request>",
                           "<response/>",
                           "<!--",
                           "-->",
                           "<?xml?>",
                           "<![CDATA[",
                           "]]>",
                           "<",
                           ">",
                           "\"",
                           " ",
                           "\n",
                           "text",
                           "&amp;",
                           "<!DOCTYPE",
                           "\xFF",
                           "<a"};

/// Every part of a result that a reader could tell apart.
std::string Describe(const CutResult& result) {
  std::string text;
  for (const CutRecord& cut : result.records) {
    const FhirRecord& record = cut.record;
    text += std::to_string(static_cast<int>(record.kind)) + record.resource_type + "/" + record.id +
            "@" + std::to_string(record.offset) + "+" + std::to_string(record.length);
    if (record.rejection) text += Name(record.rejection->error.code());
    text += ":" + cut.bytes + "\n";
  }
  return text + std::to_string(result.account.record_bytes) + " " +
         std::to_string(result.account.envelope_bytes) + " " +
         std::to_string(result.account.rejected_bytes);
}

class FhirPropertyTest : public ::testing::Test {
 protected:
  FhirPropertyTest() {
    const char* given = std::getenv("HEALIX_TEST_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    RecordProperty("seed", std::to_string(seed));
    std::printf("HEALIX_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
  }

  std::size_t Below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  std::string RandomText(const Pieces& pieces) {
    std::string text(pieces[Below(pieces.size())]);
    for (std::size_t left = Below(30); left > 0; --left) text += pieces[Below(pieces.size())];
    return text;
  }

  void CheckAll(const Pieces& pieces, FhirSyntax syntax) {
    FhirCutterOptions options;
    options.syntax = syntax;
    for (int round = 0; round < 1000 && !HasFailure(); ++round) {
      const std::string text = RandomText(pieces);
      const std::string whole = Describe(CutAll(text, options));
      EXPECT_EQ(Describe(CutAll(text, options, 1 + Below(7))), whole) << text;
      DamagedStream stream(text, 1 + Below(7));
      const CutResult damaged = CutStream(stream, options);
      EXPECT_TRUE(damaged.error.has_value()) << text;
      EXPECT_EQ(Describe(damaged), whole) << text;
    }
  }

  std::mt19937_64 random_;
};

TEST_F(FhirPropertyTest, JsonIsCutTheSameInAnyReadsAndEveryByteCounts) {
  CheckAll(kJsonPieces, FhirSyntax::kJson);
}

TEST_F(FhirPropertyTest, XmlIsCutTheSameInAnyReadsAndEveryByteCounts) {
  CheckAll(kXmlPieces, FhirSyntax::kXml);
}

}  // namespace
}  // namespace healix::formats::fhir
