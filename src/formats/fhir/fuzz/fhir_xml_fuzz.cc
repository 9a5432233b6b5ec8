// SPDX-License-Identifier: Apache-2.0
// FHIR XML cut whole must give the same records as in small reads; every byte must stand in one
// class; what is canonical must be cut as the same resource. The first byte of the input chooses
// reads and limits.
#include "formats/fhir/fuzz/fhir_fuzz_internal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  healix::formats::fhir::CheckCutting(healix::formats::fhir::FhirSyntax::kXml, {data, bytes});
  return 0;
}
