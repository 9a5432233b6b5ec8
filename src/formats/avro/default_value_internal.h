// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns the JSON default of a field into a datum.

#include <string_view>

#include "base/result/result.h"
#include "formats/avro/datum.h"
#include "formats/avro/schema.h"

namespace healix::formats::avro {

/// Bytes and fixed are text with one character (U+0000 to U+00FF) per byte; a union takes its first
/// branch that fits. Errors kAvroInvalid, kLimitExceeded.
Result<Datum> DefaultValue(const Schema& schema, NodeIndex type, std::string_view json);

}  // namespace healix::formats::avro
