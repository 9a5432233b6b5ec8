// SPDX-License-Identifier: Apache-2.0
// Our parser and simdjson must agree on what JSON is, but for what we refuse or allow on purpose
// (duplicate names, depth, numbers outside of a double); canonical text must be its own canonical
// text, and mean the same.
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result/check.h"
#include "formats/json/json_parser.h"

namespace {

using namespace healix;
using formats::json::DuplicateNames;
using formats::json::JsonParser;

bool IsAboutNumbers(simdjson::error_code code) {
  return code == simdjson::NUMBER_ERROR || code == simdjson::NUMBER_OUT_OF_RANGE;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  const std::string_view text(reinterpret_cast<const char*>(data), bytes);
  JsonParser parser({.depth_max = 1000, .duplicate_names = DuplicateNames::kKeep});
  const auto ours = parser.Parse(text);
  simdjson::dom::parser other;
  const auto theirs = other.parse(simdjson::padded_string(text)).error();
  if (!ours) {
    const bool is_limit = ours.error().code() == ErrorCode::kNestingTooDeep;
    HEALIX_CHECK(is_limit || theirs != simdjson::SUCCESS, "we refuse what simdjson accepts");
    HEALIX_CHECK(ours.error().position().byte_offset <= bytes, "an error lies behind the text");
    return 0;
  }
  HEALIX_CHECK(theirs == simdjson::SUCCESS || IsAboutNumbers(theirs),
               "we accept what simdjson refuses");
  const std::string canonical(ours->text());
  HEALIX_CHECK(canonical.size() <= bytes, "canonical text grew");
  const auto again = parser.Parse(canonical);
  HEALIX_CHECK(again.has_value() && again->text() == canonical, "canonical text is not stable");
  return 0;
}
