// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Composes FHIR JSON from rows of nested Arrow columns by the rule of docs/fhir-parquet.md.

#include <cstdint>
#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/arrow_abi.h"

namespace healix::lakehouse::ingest {

/// Appends row `row` of a struct array as a JSON object whose first member is resourceType.
/// NULLs, empty lists and empty structs are left out. A struct without a member `id` is a FHIR
/// choice: `value.quantity` becomes `valueQuantity`. `<Type>Id` beside `reference` is left out, as
/// it repeats the reference. Numbers of floating point are in their shortest exact form.
/// Errors   kUnsupported for an Arrow type that such files do not have.
/// Example  ArrowJsonTest.ComposesChoicesAndReferences
Status AppendFhirJson(std::string& out, const std::string& resource_type, const ArrowSchema& schema,
                      const ArrowArray& array, std::int64_t row);

}  // namespace healix::lakehouse::ingest
