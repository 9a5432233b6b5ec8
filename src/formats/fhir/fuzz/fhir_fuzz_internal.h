// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file What must hold for every text that is cut as FHIR, in either syntax.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/check.h"
#include "formats/cutting/memory_stream.h"
#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// All records of a text in one text, and the canonical forms of its resources.
struct FuzzCutting {
  std::string description;
  std::vector<std::string> canonical;
};

inline FuzzCutting CutForFuzz(std::string_view text, std::size_t read_bytes,
                              const FhirCutterOptions& options) {
  MemoryStream stream(text, read_bytes);
  FuzzCutting cutting;
  const auto cutter = FhirCutter::Create(stream, options);
  if (!cutter) return {std::string(Name(cutter.error().code())), {}};
  for (;;) {
    const auto record = (*cutter)->Next();
    HEALIX_CHECK(record.has_value(), "a text can't make Next() fail");
    if (!*record) break;
    const FhirRecord& got = **record;
    cutting.description += std::to_string(static_cast<int>(got.kind)) + got.resource_type + "/" +
                           got.id + "@" + std::to_string(got.offset) + "+" +
                           std::to_string(got.length) + ":" + std::string(got.bytes) +
                           (got.rejection ? got.rejection->sha256.ToHex() : "") + "\n";
    HEALIX_CHECK(got.rejection.has_value() == (got.kind == FhirRecordKind::kRejected),
                 "a rejection without reason, or a reason without rejection");
    if (got.kind == FhirRecordKind::kResource) cutting.canonical.emplace_back(got.canonical);
  }
  HEALIX_CHECK((*cutter)->account().total_bytes() == text.size(), "bytes were lost or invented");
  return cutting;
}

inline void CheckCutting(FhirSyntax syntax, std::span<const std::uint8_t> input) {
  if (input.empty()) return;
  const std::string_view text(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  FhirCutterOptions options;
  options.syntax = syntax;
  options.envelope_bytes_max = 1 + input[0];
  options.record_bytes_max = input[0] < 128 ? 1 << 20 : 16 + input[0] % 64;
  const FuzzCutting whole = CutForFuzz(text, SIZE_MAX, options);
  const FuzzCutting parts = CutForFuzz(text, 1 + input[0] % 16, options);
  HEALIX_CHECK(whole.description == parts.description, "small reads give other records");
  options.record_bytes_max = 1 << 20;
  for (const std::string& canonical : whole.canonical) {
    const FuzzCutting again = CutForFuzz(canonical, SIZE_MAX, options);
    // What is or looks like a Bundle may be one record inside an entry, and be opened alone.
    const bool is_bundle = canonical.find("Bundle") != std::string::npos ||
                           canonical.find("\"entry\"") != std::string::npos;
    HEALIX_CHECK(is_bundle || (again.canonical.size() == 1 && again.canonical[0] == canonical),
                 "canonical text is not stable");
  }
}

}  // namespace healix::formats::fhir
