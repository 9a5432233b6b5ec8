// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses the small JSON texts inside Avro files.

#include <string_view>

#include "formats/json_document/json_document.h"

namespace healix::formats::avro {

using json_document::Json;
using json_document::PrintJson;

/// Errors   kAvroInvalid, kLimitExceeded; see json_document.
inline Result<Json> ParseJson(std::string_view text) {
  return json_document::ParseJson(text, ErrorCode::kAvroInvalid);
}

}  // namespace healix::formats::avro
