// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file What FhirCutter needs from each syntax.

#include <optional>

#include "base/result/result.h"
#include "formats/cutting/byte_account.h"
#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// Cuts one syntax; the contract is that of FhirCutter.
class FhirSource {
 public:
  virtual ~FhirSource() = default;
  virtual Result<std::optional<FhirRecord>> Next() = 0;
  virtual const ByteAccount& account() const = 0;
};

}  // namespace healix::formats::fhir
