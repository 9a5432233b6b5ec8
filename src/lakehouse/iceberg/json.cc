// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "lakehouse/iceberg/json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

Error WrongKind(const char* name) {
  return MakeError(ErrorCode::kMetadataInvalid, "`{}` has a value of the wrong kind or range",
                   SafeName(name));
}

}  // namespace

Error MissingMember(const char* name) {
  return MakeError(ErrorCode::kMetadataInvalid, "`{}` is missing", SafeName(name));
}

template <>
Result<bool> ConvertJson<bool>(const Json& json, const char* name) {
  if (!json.is_boolean()) return WrongKind(name);
  return json.get<bool>();
}

template <>
Result<std::string> ConvertJson<std::string>(const Json& json, const char* name) {
  if (!json.is_string()) return WrongKind(name);
  return json.get<std::string>();
}

template <>
Result<std::int64_t> ConvertJson<std::int64_t>(const Json& json, const char* name) {
  if (!json.is_number_integer()) return WrongKind(name);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > kMax) return WrongKind(name);
  return json.get<std::int64_t>();
}

template <>
Result<std::int32_t> ConvertJson<std::int32_t>(const Json& json, const char* name) {
  HEALIX_TRY(const std::int64_t wide, ConvertJson<std::int64_t>(json, name));
  const auto narrow = static_cast<std::int32_t>(wide);
  if (narrow != wide) return WrongKind(name);
  return narrow;
}

Result<const Json*> ListMember(const Json& object, const char* name, Presence presence) {
  static const Json kEmpty = Json::array();
  const Json* member = FindMember(object, name);
  if (member == nullptr && presence == Presence::kRequired) return MissingMember(name);
  if (member == nullptr) return &kEmpty;
  if (!member->is_array()) return WrongKind(name);
  return member;
}

Result<std::map<std::string, std::string>> TextMapMember(const Json& object, const char* name) {
  std::map<std::string, std::string> texts;
  const Json* member = FindMember(object, name);
  if (member == nullptr) return texts;
  if (!member->is_object()) return WrongKind(name);
  for (const auto& [key, value] : member->items()) {
    if (value.is_null()) continue;  // some writers keep keys without a value
    HEALIX_TRY(std::string text, ConvertJson<std::string>(value, name));
    texts.emplace(key, std::move(text));
  }
  return texts;
}

}  // namespace healix::lakehouse::iceberg
