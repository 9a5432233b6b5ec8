// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/fhir_cutter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"
#include "formats/fhir/cut_all_testing.h"

namespace healix::formats::fhir {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using List = std::vector<std::string>;

TEST(FhirCutterTest, CutsABundleIntoResourcesAndEnvelope) {
  const std::string text = R"({
  "resourceType": "Bundle", "type": "transaction",
  "entry": [ {
    "fullUrl": "urn:uuid:11111111-2222-3333-4444-555555555555",
    "resource": {"resourceType": "Patient", "id": "p1",
      "meta": {"versionId": "3", "lastUpdated": "2020-01-02T03:04:05.678+01:00"}},
    "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=x|1"}
  }, {
    "resource": {"resourceType": "Observation", "id": "o1", "status": "final"}
  } ],
  "total": 2
})";
  const CutResult result = CutAll(text);
  ASSERT_EQ(result.ids(), (List{"Patient/p1", "Observation/o1"}));
  const CutRecord patient = result.resources()[0];
  EXPECT_EQ(text.substr(patient.record.offset, patient.record.length), patient.bytes);
  EXPECT_TRUE(patient.bytes.starts_with("{\"resourceType\": \"Patient\""));
  EXPECT_EQ(patient.canonical,
            R"({"id":"p1","meta":{"lastUpdated":"2020-01-02T03:04:05.678+01:00",)"
            R"("versionId":"3"},"resourceType":"Patient"})");
  EXPECT_EQ(patient.record.version_id, "3");
  EXPECT_EQ(patient.record.last_updated, base::FromMicros(1577930645678000));
  EXPECT_EQ(patient.record.full_url, "urn:uuid:11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(patient.record.request_method, "POST");
  EXPECT_EQ(patient.record.request_url, "Patient");
  EXPECT_EQ(patient.record.if_none_exist, "identifier=x|1");
  EXPECT_EQ(patient.record.id_origin, FhirIdOrigin::kResource);
  ASSERT_EQ(result.envelopes().size(), 1U);
  EXPECT_EQ(result.envelopes()[0].bytes,
            R"({"resourceType":"Bundle","type":"transaction","total":2,"entry":[)"
            R"({"fullUrl":"urn:uuid:11111111-2222-3333-4444-555555555555","request":)"
            R"({"ifNoneExist":"identifier=x|1","method":"POST","url":"Patient"}},{}]})");
}

TEST(FhirCutterTest, RejectsWhatIsNoTypeName) {
  FhirCutterOptions options;
  options.reserved_types = {"envelope"};
  for (const std::string type : {"PATIENT", "patient", "P", "Envelope", "EnvelopE", "Pa_tient"}) {
    const std::string text = R"({"resourceType":")" + type + R"(","id":"1"})";
    const CutResult result = CutAll(" " + text, options);
    ASSERT_EQ(result.rejected().size(), 1U) << type;
    EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kFhirResourceInvalid);
    EXPECT_EQ(result.rejected()[0].record.offset, 1U);
    EXPECT_EQ(result.rejected()[0].bytes, text);
    EXPECT_EQ(CutAll("<" + type + " xmlns=\"http://hl7.org/fhir\"/>", options).rejected().size(),
              1U);
  }
  EXPECT_TRUE(IsResourceTypeName("MedicinalProductDefinition"));
  EXPECT_TRUE(IsResourceTypeName("Envelope"));
}

TEST(FhirCutterTest, CutsNdjsonSingleResourcesAndArrays) {
  const std::string a = R"({"resourceType":"Patient","id":"a"})";
  const std::string b = R"({"id":"b","resourceType":"Group"})";
  for (const std::string& text : {a + "\n" + b + "\n", "[" + a + ",\n" + b + "]", a + b}) {
    EXPECT_EQ(CutAll(text).ids(), (List{"Patient/a", "Group/b"})) << text;
  }
  EXPECT_EQ(CutAll("{\n\"resourceType\": \"Patient\",\n\"id\": \"a\"\n}\n").ids(),
            (List{"Patient/a"}));
}

TEST(FhirCutterTest, CutsBundlesOnLinesAndBundlesWhoseTypeComesLast) {
  const std::string bundle =
      R"({"entry":[{"resource":{"id":"x","resourceType":"Patient"}}],"resourceType":"Bundle"})";
  const CutResult result =
      CutAll(bundle + "\n" + R"({"resourceType":"Patient","id":"y"})" + "\n" + bundle + "\n");
  EXPECT_EQ(result.ids(), (List{"Patient/x", "Patient/y", "Patient/x"}));
  ASSERT_EQ(result.envelopes().size(), 2U);
  EXPECT_EQ(result.envelopes()[1].record.offset, bundle.size() + 1 + 36);
}

TEST(FhirCutterTest, AListIsNoBundle) {
  const std::string text =
      R"({"entry":[{"item":{"reference":"Patient/1"}}],"id":"l","resourceType":"List"})";
  EXPECT_EQ(CutAll(text).ids(), (List{"List/l"}));
}

TEST(FhirCutterTest, ABundleInsideAnEntryIsOneRecord) {
  const std::string text =
      R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)"
      R"({"resourceType":"Bundle","id":"in","entry":[{"resource":{"resourceType":"Patient"}}]}}]})";
  EXPECT_EQ(CutAll(text).ids(), (List{"Bundle/in"}));
}

TEST(FhirCutterTest, AResourceWithoutAnIdTakesItsFullUrl) {
  const auto entry = [](const std::string& url) {
    return "{\"fullUrl\":\"" + url + "\",\"resource\":{\"resourceType\":\"Patient\"}}";
  };
  const CutResult result =
      CutAll(R"({"resourceType":"Bundle","entry":[)" + entry("urn:uuid:0a-b") + "," +
             entry("http://h/fhir/Patient/77/_history/2") + "," + entry("") + "]}");
  EXPECT_EQ(result.ids(), (List{"Patient/0a-b", "Patient/77", "Patient/"}));
  EXPECT_EQ(result.resources()[0].record.id_origin, FhirIdOrigin::kFullUrl);
  EXPECT_EQ(result.resources()[2].record.id_origin, FhirIdOrigin::kNone);
}

TEST(FhirCutterTest, DeletionsAreTombstones) {
  // The layout of `deleted` files of a bulk export: one Bundle per line.
  const std::string text = R"({"resourceType":"Bundle","type":"transaction","entry":[)"
                           R"({"request":{"method":"DELETE","url":"Patient/123"}},)"
                           R"({"request":{"method":"DELETE","url":"http://h/fhir/Group/g-1"}},)"
                           R"({"request":{"method":"DELETE","url":"Patient?identifier=7"}},)"
                           R"({"request":{"method":"GET","url":"Patient/9"}}]})"
                           "\n";
  const CutResult result = CutAll(text);
  EXPECT_EQ(result.ids(FhirRecordKind::kTombstone), (List{"Patient/123", "Group/g-1"}));
  ASSERT_EQ(result.rejected().size(), 1U);
  EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kFhirResourceInvalid);
  EXPECT_EQ(text.substr(result.records[0].record.offset, result.records[0].record.length),
            R"({"request":{"method":"DELETE","url":"Patient/123"}})");
}

TEST(FhirCutterTest, OneBadEntryLosesOnlyThatEntry) {
  const auto bundle = [](const std::string& bad) {
    return R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"1"}},)" +
           bad + R"(,{"resource":{"resourceType":"Patient","id":"2"}}]})";
  };
  const std::vector<std::pair<std::string, ErrorCode>> cases = {
      {R"({"resource":{"resourceType":"Patient","id":}})", ErrorCode::kJsonInvalid},
      {R"({"resource":{"resourceType":"Patient","id":"x","id":"y"}})",
       ErrorCode::kJsonDuplicateKey},
      {"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"\xFF\"}}", ErrorCode::kUtf8Invalid},
      {R"({"resource":{"id":"x"}})", ErrorCode::kFhirResourceInvalid},
      {R"({"resource":{"resourceType":7}})", ErrorCode::kFhirResourceInvalid},
      {R"({"resource":{"resourceType":"patient"}})", ErrorCode::kFhirResourceInvalid},
      {R"({"resource":{"resourceType":"Patient","id":7}})", ErrorCode::kFhirResourceInvalid},
      {R"({"resource":[]})", ErrorCode::kFhirResourceInvalid},
      {R"("text")", ErrorCode::kFhirResourceInvalid},
      {"{\"resource\":" + std::string(300, '[') + std::string(300, ']') + "}",
       ErrorCode::kNestingTooDeep},
  };
  for (const auto& [bad, code] : cases) {
    const CutResult result = CutAll(bundle(bad));
    EXPECT_EQ(result.ids(), (List{"Patient/1", "Patient/2"})) << bad;
    ASSERT_EQ(result.rejected().size(), 1U) << bad;
    EXPECT_EQ(result.rejected()[0].code(), code) << bad;
    EXPECT_EQ(result.envelopes().size(), 1U);
  }
}

TEST(FhirCutterTest, AnEntryWithoutItsClosingBracketKeepsNoOtherFromBeingRead) {
  const std::string broken = R"({"resource":{"resourceType":"Patient","id":"x")";
  const CutResult result =
      CutAll(R"({"resourceType":"Bundle","entry":[)" + broken +
             R"(, {"resource":{"resourceType":"Patient","id":"1"}},)" + broken +
             R"(}, {"resource":{"resourceType":"Patient","id":"2"}}],"total":4})");
  EXPECT_EQ(result.ids(), (List{"Patient/1", "Patient/2"}));
  ASSERT_EQ(result.rejected().size(), 2U);
  EXPECT_EQ(result.rejected()[0].bytes, broken);
  EXPECT_EQ(result.rejected()[1].bytes, broken + "}");
  ASSERT_EQ(result.envelopes().size(), 1U);
  EXPECT_EQ(result.envelopes()[0].bytes, R"({"resourceType":"Bundle","total":4,"entry":[{},{}]})");
}

TEST(FhirCutterTest, AnEntryOverTheLimitIsRejectedAndReadingGoesOn) {
  const std::string large = R"({"resource":{"resourceType":"Binary","id":"b","data":")" +
                            std::string(300'000, 'A') + "\"}}";
  const std::string text = R"({"resourceType":"Bundle","entry":[)" + large +
                           R"(,{"resource":{"resourceType":"Patient","id":"2"}}]})";
  FhirCutterOptions options;
  options.record_bytes_max = 10'000;
  const CutResult result = CutAll(text, options);
  EXPECT_EQ(result.ids(), (List{"Patient/2"}));
  ASSERT_EQ(result.rejected().size(), 1U);
  const CutRecord rejected = result.rejected()[0];
  EXPECT_EQ(rejected.code(), ErrorCode::kRecordTooLarge);
  EXPECT_EQ(rejected.record.offset, 34U);
  EXPECT_EQ(rejected.record.length, large.size());
  EXPECT_EQ(rejected.record.rejection->sha256, base::Sha256Of(large));
  EXPECT_EQ(rejected.bytes, large.substr(0, kRejectedHeadBytesMax));
}

TEST(FhirCutterTest, ATruncatedBundleKeepsItsGoodEntries) {
  const std::string text =
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"1"}},)"
      R"({"resource":{"resourceType":"Pat)";
  const CutResult result = CutAll(text);
  EXPECT_EQ(result.ids(), (List{"Patient/1"}));
  ASSERT_EQ(result.rejected().size(), 1U);
  EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kInputTruncated);
  EXPECT_EQ(result.envelopes().size(), 1U);
}

TEST(FhirCutterTest, EnvelopesComeInPiecesOfBoundedSize) {
  std::string text = R"({"resourceType":"Bundle","entry":[)";
  for (int i = 0; i < 1000; ++i) {
    text += (i > 0 ? "," : "") + std::string(R"({"fullUrl":"urn:uuid:)") + std::to_string(i) +
            R"(","resource":{"resourceType":"Patient"}})";
  }
  text += R"(],"total":1000})";
  FhirCutterOptions options;
  options.envelope_bytes_max = 1000;
  const CutResult result = CutAll(text, options);
  EXPECT_EQ(result.resources().size(), 1000U);
  const auto pieces = result.envelopes();
  ASSERT_GT(pieces.size(), 20U);
  std::size_t entries = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].record.envelope_part, i);
    EXPECT_LE(pieces[i].bytes.size(), 1100U);
    for (auto at = pieces[i].bytes.find("fullUrl"); at != std::string::npos;
         at = pieces[i].bytes.find("fullUrl", at + 1)) {
      ++entries;
    }
  }
  EXPECT_EQ(entries, 1000U);
  EXPECT_TRUE(pieces.back().bytes.starts_with(R"({"total":1000)"));
}

TEST(FhirCutterTest, UnusualIdsAndInstantsAreKeptAndNoted) {
  const CutResult result =
      CutAll(R"({"resourceType":"Patient","id":"a b","meta":{"lastUpdated":"yesterday"}})");
  ASSERT_EQ(result.ids(), (List{"Patient/a b"}));
  const FhirRecord record = result.resources()[0].record;
  ASSERT_EQ(record.warnings.size(), 2U);
  EXPECT_EQ(record.warnings[0].code, ErrorCode::kFhirIdUnusual);
  EXPECT_EQ(record.warnings[0].path, "Patient.id");
  EXPECT_EQ(record.warnings[1].code, ErrorCode::kFhirInstantInvalid);
  EXPECT_EQ(record.last_updated_text, "yesterday");
  EXPECT_FALSE(record.last_updated.has_value());
}

TEST(FhirCutterTest, ReadsUtf16JsonWithSourcePositions) {
  std::string text = "\xFF\xFE";
  for (const char c : std::string(R"([{"resourceType":"Patient","id":"u"}])")) {
    text.push_back(c);
    text.push_back('\0');
  }
  const CutResult result = CutAll(text);
  ASSERT_EQ(result.ids(), (List{"Patient/u"}));
  EXPECT_EQ(result.resources()[0].record.offset, 4U);
  EXPECT_EQ(result.resources()[0].record.length, 2U * 35);
}

TEST(FhirCutterTest, RefusesOptionsThatCannotWork) {
  MemoryStream stream("");
  FhirCutterOptions options;
  options.record_bytes_max = 0;
  EXPECT_TRUE(IsError(FhirCutter::Create(stream, options), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::fhir
