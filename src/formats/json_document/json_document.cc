// SPDX-License-Identifier: Apache-2.0
#include "formats/json_document/json_document.h"

#include <set>
#include <vector>

namespace healix::formats::json_document {
namespace {

/// Watches the parser: notes keys that come twice and values nested too deep.
struct Watch {
  std::vector<std::set<std::string>> keys;
  bool is_duplicate = false;
  bool is_too_deep = false;

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > kJsonDepthMax) is_too_deep = true;
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      is_duplicate = true;
    }
    return !is_too_deep;  // what is too deep is not built
  }
};

}  // namespace

Result<Json> ParseJson(std::string_view text, ErrorCode invalid) {
  Watch watch;
  Json json = Json::parse(
      text,
      [&watch](int depth, Json::parse_event_t event, Json& value) {
        return watch(depth, event, value);
      },
      /*allow_exceptions=*/false);
  if (watch.is_too_deep) {
    return MakeError(ErrorCode::kLimitExceeded, "a JSON document is nested over {} levels",
                     kJsonDepthMax);
  }
  if (json.is_discarded()) return MakeError(invalid, "a text is not valid JSON");
  if (watch.is_duplicate) return MakeError(invalid, "a JSON object names a key twice");
  return json;
}

}  // namespace healix::formats::json_document
