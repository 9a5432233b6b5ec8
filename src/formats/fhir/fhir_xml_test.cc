// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/fhir/cut_all_testing.h"

namespace healix::formats::fhir {
namespace {

using List = std::vector<std::string>;

constexpr std::string_view kBundle = R"(<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://hl7.org/fhir">
  <type value="transaction"/>
  <entry>
    <fullUrl value="urn:uuid:0a-1"/>
    <resource><Patient><id value="p1"/>
      <meta><versionId value="2"/><lastUpdated value="2020-01-01T00:00:00Z"/></meta></Patient></resource>
    <request><method value="PUT"/><url value="Patient/p1"/></request>
  </entry>
  <entry><fullUrl value="urn:uuid:0a-2"/><resource><Group/></resource></entry>
  <entry><request><method value="DELETE"/><url value="Patient/gone"/></request></entry>
  <entry><link/><response/></entry>
</Bundle>)";

TEST(FhirXmlTest, CutsABundleLikeItsJson) {
  for (const std::size_t read_bytes : {std::size_t{1}, std::size_t{13}, SIZE_MAX}) {
    const CutResult result = CutAll(kBundle, {}, read_bytes);
    EXPECT_EQ(result.ids(), (List{"Patient/p1", "Group/0a-2"}));
    EXPECT_EQ(result.ids(FhirRecordKind::kTombstone), (List{"Patient/gone"}));
    const CutRecord patient = result.resources()[0];
    EXPECT_EQ(patient.record.syntax, FhirSyntax::kXml);
    EXPECT_EQ(kBundle.substr(patient.record.offset, patient.record.length), patient.bytes);
    EXPECT_EQ(patient.canonical,
              "<Patient><id value=\"p1\"/><meta><versionId value=\"2\"/>"
              "<lastUpdated value=\"2020-01-01T00:00:00Z\"/></meta></Patient>");
    EXPECT_EQ(patient.record.version_id, "2");
    EXPECT_EQ(patient.record.request_method, "PUT");
    EXPECT_EQ(patient.record.last_updated, base::FromMicros(1577836800000000));
    ASSERT_EQ(result.envelopes().size(), 1U);
    EXPECT_EQ(result.envelopes()[0].bytes,
              "<Bundle><type value=\"transaction\"/><entry><fullUrl value=\"urn:uuid:0a-1\"/>"
              "<request><method value=\"PUT\"/><url value=\"Patient/p1\"/></request></entry>"
              "<entry><fullUrl value=\"urn:uuid:0a-2\"/></entry>"
              "<entry><request><method value=\"DELETE\"/><url value=\"Patient/gone\"/></request>"
              "</entry><entry><link/><response/></entry></Bundle>");
  }
}

TEST(FhirXmlTest, ASingleResourceIsTheSameAloneAndInABundle) {
  const CutResult alone =
      CutAll("<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"a\"/></Patient>");
  const CutResult inside = CutAll(
      "<Bundle xmlns=\"http://hl7.org/fhir\"><entry><resource><Patient>\n<id value='a'/>"
      "</Patient></resource></entry></Bundle>");
  ASSERT_EQ(alone.ids(), (List{"Patient/a"}));
  EXPECT_EQ(alone.resources()[0].canonical, inside.resources()[0].canonical);
}

TEST(FhirXmlTest, OneBadEntryLosesOnlyThatEntry) {
  const std::vector<std::pair<std::string, ErrorCode>> cases = {
      {"<entry><resource><Patient>&nbsp;</Patient></resource></entry>", ErrorCode::kXmlInvalid},
      {"<entry><resource><Patient></resource></entry>", ErrorCode::kXmlInvalid},
      {"<entry><resource><patient/></resource></entry>", ErrorCode::kFhirResourceInvalid},
      {"<entry><resource><A xmlns=\"urn:hl7-org:v3\"/></resource></entry>",
       ErrorCode::kFhirResourceInvalid},
      {"<entry><resource><Patient>\xFF</Patient></resource></entry>", ErrorCode::kUtf8Invalid},
      {"<entry><fullUrl value=\"&x;\"/></entry>", ErrorCode::kXmlInvalid},
  };
  for (const auto& [bad, code] : cases) {
    const std::string good = "<entry><resource><Group/></resource></entry>";
    const CutResult result = CutAll("<Bundle>" + good + bad + good + "</Bundle>");
    EXPECT_EQ(result.resources().size(), 2U) << bad;
    ASSERT_EQ(result.rejected().size(), 1U) << bad;
    EXPECT_EQ(result.rejected()[0].code(), code) << bad;
  }
}

TEST(FhirXmlTest, ABillionLaughsAreNotHeard) {
  const CutResult result = CutAll(
      "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">"
      "<!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">]>"
      "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"&lol2;\"/></Patient>");
  EXPECT_TRUE(result.resources().empty());
  ASSERT_EQ(result.rejected().size(), 1U);
  EXPECT_EQ(result.rejected()[0].code(), ErrorCode::kXmlInvalid);
}

TEST(FhirXmlTest, ReadsUtf16) {
  std::string text = "\xFE\xFF";
  for (const char c : std::string("<?xml version=\"1.0\" encoding=\"UTF-16\"?><Patient/>")) {
    text.push_back('\0');
    text.push_back(c);
  }
  const CutResult result = CutAll(text);
  EXPECT_EQ(result.ids(), (List{"Patient/"}));
  EXPECT_EQ(result.resources()[0].record.length, 20U);
}

}  // namespace
}  // namespace healix::formats::fhir
