// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Parses small JSON documents into trees, with limits and without exceptions.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::formats::json_document {

using Json = nlohmann::ordered_json;

constexpr int kJsonDepthMax = 256;

/// Parses a whole text. Members keep their order.
/// Errors   `invalid` (no JSON, or a key twice in an object), kLimitExceeded (nested over
///          kJsonDepthMax levels).
/// Example  JsonDocumentTest.RefusesAKeyThatComesTwice
Result<Json> ParseJson(std::string_view text, ErrorCode invalid);

/// Prints compactly; text that is not UTF-8 gets replacement characters.
inline std::string PrintJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace healix::formats::json_document
