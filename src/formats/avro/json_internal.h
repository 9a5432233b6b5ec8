// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses the small JSON texts inside Avro files, with limits and without exceptions.

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result/result.h"

namespace healix::formats::avro {

using Json = nlohmann::ordered_json;

/// Errors   kAvroInvalid (no JSON, or a key twice in an object), kLimitExceeded (too deep).
Result<Json> ParseJson(std::string_view text);

/// Prints compactly; text that is not UTF-8 gets replacement characters.
inline std::string PrintJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace healix::formats::avro
