// SPDX-License-Identifier: Apache-2.0
// Whatever a record calls its type: good records of all types are seen, and no ingest stops.
#include <gtest/gtest.h>

#include "lakehouse/ingest/ingest_home_testing.h"
#include "lakehouse/ingest/quarantine.h"
#include "lakehouse/ingest/raw_tables_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using testing::IsOk;

std::string Line(const std::string& type, const std::string& id) {
  return R"({"resourceType":")" + type + R"(","id":")" + id + "\"}\n";
}

class TypeNamesTest : public IngestHomeTest {
 protected:
  Receipt Take(const std::string& path, IngestRequest request = {}) {
    const auto outcome = home_->Take({path}, std::move(request));
    EXPECT_TRUE(IsOk(outcome));
    if (!outcome) return {};
    EXPECT_FALSE(outcome->stopped) << outcome->stopped->ToString();
    ExpectBalanced(outcome->receipt);
    return outcome->receipt;
  }

  /// Returns the ids that the view of a type shows.
  std::string Shown(const std::string& type) {
    const auto view = home_->warehouse().LoadView(TypeViewName(type));
    EXPECT_TRUE(IsOk(view));
    if (!view) return "";
    std::string types;
    for (const std::string& shown : ContentOf(*view).types) types += shown + " ";
    return types;
  }
};

TEST_F(TypeNamesTest, WhatIsNoTypeNameIsQuarantinedWithItsPlace) {
  const std::string good = Line("Patient", "1");
  const Receipt receipt = Take(Write("a.ndjson", Line("PATIENT", "0") + good + Line("Fhir", "2") +
                                                     Line("EnvelopE", "3") + Line("patient", "4") +
                                                     Line("Fhir_object", "5") + Line("P", "6")));
  EXPECT_EQ(receipt.totals.written, 1U);
  EXPECT_EQ(receipt.totals.quarantined, 6U);
  EXPECT_EQ(receipt.reasons.at("FHIR_RESOURCE_INVALID"), 6U);
  const auto entries = ListQuarantine(home_->parts(), {});
  ASSERT_TRUE(IsOk(entries));
  ASSERT_EQ(entries->size(), 6U);
  EXPECT_EQ(entries->at(1).offset, Line("PATIENT", "0").size() + good.size());
  EXPECT_EQ(Shown("Patient"), "Patient ");
}

TEST_F(TypeNamesTest, ADeletionOfAReservedTypeIsQuarantined) {
  const Receipt receipt =
      Take(Write("a.json", R"({"resourceType":"Bundle","type":"transaction","entry":[)"
                           R"({"request":{"method":"DELETE","url":"Envelope/1"}},)"
                           R"({"request":{"method":"DELETE","url":"Patient/1"}}]})"));
  EXPECT_EQ(receipt.totals.quarantined, 1U);
  EXPECT_EQ(receipt.totals.tombstones, 1U);
}

TEST_F(TypeNamesTest, NamesThatDifferByCaseShareAViewInAnyOrder) {
  Take(Write("a.ndjson", Line("PatienT", "odd")));
  Take(Write("b.ndjson", Line("Patient", "good")));
  EXPECT_EQ(Shown("Patient"), "PatienT Patient ");
  Restart();
  Take(Write("c.ndjson", Line("PAtient", "late") + Line("Patient", "more")));
  EXPECT_EQ(Shown("Patient"), "PAtient PatienT Patient ");
}

TEST_F(TypeNamesTest, AViewThatShowsLargeRecordsKeepsDoingSo) {
  IngestRequest request;
  request.limits.inline_bytes_max = 1024;
  const std::string large =
      R"({"resourceType":"Patient","id":"large","x":")" + std::string(2000, 'x') + "\"}\n";
  Take(Write("a.ndjson", large), request);
  Restart();
  Take(Write("b.ndjson", Line("PatienT", "odd")));
  const auto view = home_->warehouse().LoadView(TypeViewName("Patient"));
  ASSERT_TRUE(IsOk(view));
  EXPECT_EQ(ContentOf(*view).storage, TypeStorage::kWithObjects);
  EXPECT_EQ(ContentOf(*view).types, (std::set<std::string>{"PatienT", "Patient"}));
}

TEST_F(TypeNamesTest, ATableOfASourceCalledFhirIsNotThatOfLargeRecords) {
  IngestRequest request;
  request.source = "fhir";
  request.limits.inline_bytes_max = 1024;
  const std::string csv = Write("object.csv", "a,b\n1,2\n");
  const std::string large = Write("large.ndjson", R"({"resourceType":"Patient","id":"1","x":")" +
                                                      std::string(2000, 'x') + "\"}\n");
  Take(csv, request);
  Take(large, request);
  EXPECT_EQ(home_->Ask("raw.fhir_object_2", "SELECT a, b FROM input"), "1|2");
  EXPECT_EQ(home_->Ask("raw.fhir_object", "SELECT id FROM input"), "1");
}

/// Types have no `_`, tables of sources have one: so neither can take the other's name.
TEST_F(TypeNamesTest, TablesOfSourcesAndViewsOfTypesDoNotMeet) {
  for (const char* const first : {"csv", "fhir"}) {
    home_ = std::make_unique<IngestHome>(base::PosixFileSystem(), folder_ / first);
    IngestRequest request;
    request.source = "patient";
    const std::string csv = Write("Patient.csv", "a\n1\n");
    const std::string fhir = Write("p.ndjson", Line("Patient", "1") + Line("PatientPatient", "2"));
    const bool is_csv_first = std::string(first) == "csv";
    Take(is_csv_first ? csv : fhir, request);
    Take(is_csv_first ? fhir : csv, request);
    EXPECT_EQ(home_->Ask("raw.patient_patient", "SELECT a FROM input"), "1");
    EXPECT_EQ(Shown("PatientPatient"), "PatientPatient ");
  }
}

}  // namespace
}  // namespace healix::lakehouse::ingest
