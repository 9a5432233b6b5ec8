// SPDX-License-Identifier: Apache-2.0
// Speed of cutting, identifying and canonical bytes, on one thread: bytes of the input per second.
#include <benchmark/benchmark.h>

#include <string>

#include "base/result/check.h"
#include "formats/cutting/memory_stream.h"
#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {
namespace {

constexpr int kResourceCount = 20'000;

std::string Observation(int i) {
  const std::string n = std::to_string(i);
  return R"({"resourceType":"Observation","id":"obs-)" + n +
         R"(","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00Z"},"status":"final",)"
         R"("category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation)"
         R"(-category","code":"vital-signs","display":"vital-signs"}]}],"code":{"coding":[)"
         R"({"system":"http://example.org/codes","code":"8302-2","display":"Body Height"}]},)"
         R"("subject":{"reference":"urn:uuid:)" +
         n + R"("},"effectiveDateTime":"2026-01-01T10:00:00+01:00","valueQuantity":{"value":)" + n +
         R"(.50,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}})";
}

void CutWhole(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    MemoryStream stream(text);
    const auto cutter = FhirCutter::Create(stream, {});
    int count = 0;
    for (;;) {
      const auto record = (*cutter)->Next();
      if (!*record) break;
      count += (*record)->kind == FhirRecordKind::kResource ? 1 : 0;
    }
    HEALIX_CHECK(count == kResourceCount, "resources were lost");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void CutNdjson(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < kResourceCount; ++i) text += Observation(i) + "\n";
  CutWhole(state, text);
}
BENCHMARK(CutNdjson);

void CutBundle(benchmark::State& state) {
  std::string text = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (int i = 0; i < kResourceCount; ++i) {
    text += (i > 0 ? "," : "") + (R"({"fullUrl":"urn:uuid:)" + std::to_string(i)) +
            R"(","resource":)" + Observation(i) +
            R"(,"request":{"method":"POST","url":"Observation"}})";
  }
  CutWhole(state, text + "]}");
}
BENCHMARK(CutBundle);

}  // namespace
}  // namespace healix::formats::fhir

BENCHMARK_MAIN();
