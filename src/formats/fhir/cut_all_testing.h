// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts a whole text for tests and checks that every byte is accounted for.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/cutting/memory_stream.h"
#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// A record with copies of what its views saw.
struct CutRecord {
  FhirRecord record;
  std::string bytes;
  std::string canonical;

  ErrorCode code() const { return record.rejection->error.code(); }
};

/// All that a cutter handed out.
struct CutResult {
  std::vector<CutRecord> records;
  ByteAccount account;
  std::optional<Error> error;  ///< what ended it early

  std::vector<CutRecord> Of(FhirRecordKind kind) const {
    std::vector<CutRecord> found;
    for (const CutRecord& record : records) {
      if (record.record.kind == kind) found.push_back(record);
    }
    return found;
  }
  std::vector<CutRecord> resources() const { return Of(FhirRecordKind::kResource); }
  std::vector<CutRecord> envelopes() const { return Of(FhirRecordKind::kEnvelope); }
  std::vector<CutRecord> rejected() const { return Of(FhirRecordKind::kRejected); }
  /// Lists `Type/id`.
  std::vector<std::string> ids(FhirRecordKind kind = FhirRecordKind::kResource) const {
    std::vector<std::string> found;
    for (const CutRecord& record : Of(kind)) {
      found.push_back(record.record.resource_type + "/" + record.record.id);
    }
    return found;
  }
};

inline CutResult CutStream(base::ByteStream& stream, const FhirCutterOptions& options = {}) {
  CutResult result;
  const auto cutter = FhirCutter::Create(stream, options);
  EXPECT_TRUE(healix::testing::IsOk(cutter));
  if (!cutter) return result;
  for (;;) {
    auto record = (*cutter)->Next();
    if (!record) result.error = record.error();
    if (!record || !*record) break;
    CutRecord copy{.record = std::move(**record), .bytes = {}, .canonical = {}};
    copy.bytes = copy.record.bytes;
    copy.canonical = copy.record.canonical;
    result.records.push_back(std::move(copy));
  }
  result.account = (*cutter)->account();
  return result;
}

inline CutResult CutAll(std::string_view text, const FhirCutterOptions& options = {},
                        std::size_t read_bytes = SIZE_MAX) {
  MemoryStream stream(text, read_bytes);
  CutResult result = CutStream(stream, options);
  EXPECT_FALSE(result.error.has_value());
  EXPECT_EQ(result.account.total_bytes(), text.size());
  return result;
}

}  // namespace healix::formats::fhir
