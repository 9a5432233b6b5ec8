// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns values of the schema a file was written with into values of the schema wanted.
/// Source   Apache Avro specification 1.12, "Schema Resolution".

#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {

/// Applies promotions, defaults, aliases, and unions on either side. Errors kAvroInvalid when the
/// schemas do not match for this value, kLimitExceeded.
/// Example  ResolveTest.FillsDefaultsAndPromotes
Result<Datum> Resolve(const Schema& written, const Schema& wanted, const Datum& datum);

}  // namespace healix::formats::avro
