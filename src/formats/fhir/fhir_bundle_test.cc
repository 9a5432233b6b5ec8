// SPDX-License-Identifier: Apache-2.0
// What hides in a Bundle: each part becomes a record, envelope or a rejection, never nothing.
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "formats/fhir/cut_all_testing.h"

namespace healix::formats::fhir {
namespace {

using List = std::vector<std::string>;

constexpr std::string_view kPatient = R"({"resource":{"resourceType":"Patient","id":"1"}})";

std::string Bundle(std::string_view members) {
  return std::string(R"({"resourceType":"Bundle",)").append(members).append("}");
}

std::string BundleOf(std::string_view entries) {
  return Bundle(R"("entry":[)" + std::string(entries) + "]");
}

TEST(FhirBundleTest, EscapedNamesAreTheSameNames) {
  const std::string entry = std::string(R"(\u0065ntry":[)").append(kPatient).append("]}");
  EXPECT_EQ(CutAll(R"({"resourceType":"Bundle",")" + entry).ids(), (List{"Patient/1"}));
  EXPECT_EQ(CutAll(R"({"resource\u0054ype":"Bundl\u0065",")" + entry).ids(), (List{"Patient/1"}));
}

TEST(FhirBundleTest, NothingThatMayBeARecordIsEnvelope) {
  const std::string patient = R"({"resourceType":"Patient","id":"x"})";
  const std::vector<std::pair<std::string, ErrorCode>> cases = {
      {Bundle(R"("entry":{"resource":)" + patient + "}"), ErrorCode::kFhirResourceInvalid},
      {Bundle(R"("entry":null)"), ErrorCode::kFhirResourceInvalid},
      {Bundle(R"("entries":[{"resource":)" + patient + "}]"), ErrorCode::kFhirResourceInvalid},
      {Bundle(R"("contained":[)" + patient + "]"), ErrorCode::kFhirResourceInvalid},
      {Bundle(R"("type":"a","type":"b")"), ErrorCode::kJsonDuplicateKey},
      {BundleOf(R"({"resourc":)" + patient + "}"), ErrorCode::kFhirResourceInvalid},
      {BundleOf(R"({"resourc":{}})"), ErrorCode::kFhirResourceInvalid},
      {BundleOf("{}"), ErrorCode::kFhirResourceInvalid},
      {BundleOf(R"({"fullUrl":"urn:x"})"), ErrorCode::kFhirResourceInvalid},
      {BundleOf(R"({"request":{"method":"PUT","url":"Patient/1"},"Resource":{}})"),
       ErrorCode::kFhirResourceInvalid},
      {BundleOf(R"({"request":{"method":"delete","url":"Patient/1"}})"),
       ErrorCode::kFhirResourceInvalid},
      {BundleOf(R"({"request":{"method":"GET","url":"Patient"},"Resource":)" + patient + "}"),
       ErrorCode::kFhirResourceInvalid},
  };
  for (const auto& [text, code] : cases) {
    const CutResult result = CutAll(text);
    EXPECT_TRUE(result.resources().empty()) << text;
    ASSERT_EQ(result.rejected().size(), 1U) << text;
    EXPECT_EQ(result.rejected()[0].code(), code) << text;
    const FhirRecord record = result.rejected()[0].record;
    EXPECT_EQ(text.substr(record.offset, record.length), result.rejected()[0].bytes);
    ASSERT_EQ(result.envelopes().size(), 1U) << text;
    EXPECT_EQ(result.envelopes()[0].bytes.find("Patient"), std::string::npos) << text;
  }
}

TEST(FhirBundleTest, ASecondListOfEntriesIsADuplicate) {
  const std::string list = R"("entry":[)" + std::string(kPatient) + "]";
  const std::string second = R"("entr\u0079" : [)" + std::string(kPatient) + "]";
  const CutResult result = CutAll(Bundle(list + "," + second));
  EXPECT_EQ(result.ids(), (List{"Patient/1"}));
  ASSERT_EQ(result.rejected().size(), 1U);
  EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kJsonDuplicateKey);
  EXPECT_EQ(result.rejected()[0].bytes, second);
}

TEST(FhirBundleTest, AnswersAndRequestsMayLackAResource) {
  const CutResult result = CutAll(
      BundleOf(R"({"request":{"method":"GET","url":"Patient/1"}},)"
               R"({"response":{"status":"404","outcome":{"resourceType":"OperationOutcome"}}})"));
  EXPECT_TRUE(result.rejected().empty());
  EXPECT_TRUE(result.resources().empty());
  const CutResult issues = CutAll(Bundle(R"("issues":{"resourceType":"OperationOutcome"})"));
  EXPECT_TRUE(issues.rejected().empty());
}

TEST(FhirBundleTest, EntriesDoNotMakeABundleOfAnotherResource) {
  const std::string observation =
      R"({"entry":[)" + std::string(kPatient) + R"(],"resourceType":"Observation","id":"o"})";
  EXPECT_EQ(CutAll(observation).ids(), (List{"Observation/o"}));
}

TEST(FhirBundleTest, AResourceTypeThatComesTooLateIsTold) {
  const std::string filler = R"("x":")" + std::string(70'000, 'x') + "\"";
  const std::string entries = R"("entry":[)" + std::string(kPatient) + "]";
  const auto code = [](const std::string& text) -> std::string_view {
    const CutResult result = CutAll(text);
    EXPECT_EQ(result.rejected().size(), 1U);
    return result.rejected().empty() ? "none" : Name(result.rejected()[0].code());
  };
  EXPECT_EQ(code("{" + entries + "," + filler + R"(,"resourceType":"Observation","id":"o"})"),
            "FHIR_RESOURCE_INVALID");
  EXPECT_EQ(code("{" + entries + R"(,"id":"o"})"), "FHIR_RESOURCE_INVALID");
  EXPECT_EQ(code("{" + filler + R"(,"resourceType":"Bundle",)" + entries + "}"),
            "FHIR_RESOURCE_INVALID");
}

TEST(FhirBundleTest, XmlHidesNothingEither) {
  const std::string patient = R"(<Patient><id value="x"/></Patient>)";
  const auto entry = [](const std::string& inside) { return "<entry>" + inside + "</entry>"; };
  const std::vector<std::string> cases = {
      entry("<resource>" + patient + patient + "</resource>"),
      entry("<resource>text" + patient + "</resource>"),
      entry("<resource>" + patient + "</resource><resource>" + patient + "</resource>"),
      entry("<resourc>" + patient + "</resourc>"),
      entry("<resource/>"),
      entry("<resource>text</resource>"),
      entry(""),
      entry("<fullUrl value=\"urn:x\"/>"),
      entry(R"(<request><method value="GET"/></request><f:Resource/>)"),
      patient,
      "<entries><resource>" + patient + "</resource></entries>",
  };
  for (const std::string& bad : cases) {
    const std::string good = entry("<resource><Group><id value=\"g\"/></Group></resource>");
    const std::string text = "<Bundle>" + good + bad + good + "</Bundle>";
    const CutResult result = CutAll(text);
    EXPECT_EQ(result.ids(), (List{"Group/g", "Group/g"})) << bad;
    ASSERT_EQ(result.rejected().size(), 1U) << bad;
    EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kFhirResourceInvalid) << bad;
    EXPECT_EQ(result.rejected()[0].bytes, bad);
  }
  EXPECT_TRUE(CutAll("<Bundle>" +
                     entry("<response><outcome><OperationOutcome/></outcome>"
                           "</response>") +
                     "</Bundle>")
                  .rejected()
                  .empty());
}

TEST(FhirBundleTest, ACommentThatNeverEndsIsRejectedWithAllThatItTookIn) {
  const std::string comment = "<!-- <Patient/> <Group/>";
  for (const std::size_t read_bytes : {std::size_t{1}, SIZE_MAX}) {
    const CutResult result = CutAll("<Patient/>\n" + comment, {}, read_bytes);
    EXPECT_EQ(result.resources().size(), 1U);
    ASSERT_EQ(result.rejected().size(), 1U);
    EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kInputTruncated);
    EXPECT_EQ(result.rejected()[0].bytes, comment);
    EXPECT_EQ(result.account.rejected_bytes, comment.size());
  }
}

TEST(FhirDamageTest, WhatLiesBeforeTheDamageIsCutAndTheRestRejected) {
  const std::string line = R"({"resourceType":"Patient","id":"1"})"
                           "\n";
  const std::string xml = R"(<Patient><id value="1"/></Patient>)";
  const std::string bundle = R"({"resourceType":"Bundle","entry":[)" + std::string(kPatient) + ",";
  for (const std::size_t read_bytes : {std::size_t{1}, std::size_t{50}, SIZE_MAX}) {
    for (const auto& [text, resources, rejected] : {std::tuple{line + line, 2U, 0U},
                                                    {line + line.substr(0, 20), 1U, 1U},
                                                    {xml + xml.substr(0, 12), 1U, 1U},
                                                    {bundle, 1U, 1U},
                                                    {std::string(), 0U, 0U}}) {
      DamagedStream stream(text, read_bytes);
      const CutResult result = CutStream(stream);
      EXPECT_EQ(result.resources().size(), resources) << text;
      EXPECT_EQ(result.rejected().size(), rejected) << text;
      EXPECT_EQ(result.account.total_bytes(), text.size());
      ASSERT_TRUE(result.error.has_value());
      EXPECT_EQ(result.error->code(), ErrorCode::kArchiveInvalid);
    }
  }
}

}  // namespace
}  // namespace healix::formats::fhir
