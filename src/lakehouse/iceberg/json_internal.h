// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the members of Iceberg's JSON with typed, strict functions.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "formats/json_document/json_document.h"

namespace healix::lakehouse::iceberg {

using formats::json_document::Json;
using formats::json_document::PrintJson;

/// Errors   kMetadataInvalid, kLimitExceeded; see json_document.
inline Result<Json> ParseJson(std::string_view text) {
  return formats::json_document::ParseJson(text, ErrorCode::kMetadataInvalid);
}

/// Converts one JSON value; T is bool, std::int32_t, std::int64_t or std::string.
/// Errors   kMetadataInvalid (another kind of value, or out of range).
template <typename T>
Result<T> ConvertJson(const Json& json, const char* name);

/// Returns a member; absent and null give nothing.
inline const Json* FindMember(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Error MissingMember(const char* name);

template <typename T>
Result<T> RequiredMember(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr) return MissingMember(name);
  return ConvertJson<T>(*member, name);
}

template <typename T>
Result<std::optional<T>> OptionalMember(const Json& object, const char* name) {
  const Json* member = FindMember(object, name);
  if (member == nullptr) return std::optional<T>();
  HEALIX_TRY(T value, ConvertJson<T>(*member, name));
  return std::optional<T>(std::move(value));
}

/// Returns a list member; when it may be absent, an empty list stands in. Errors kMetadataInvalid.
enum class Presence : std::uint8_t { kRequired, kOptional };
Result<const Json*> ListMember(const Json& object, const char* name, Presence presence);

/// Returns a member that maps text to text, empty when absent. Errors kMetadataInvalid.
Result<std::map<std::string, std::string>> TextMapMember(const Json& object, const char* name);

/// Returns a list of T, empty when absent. Errors kMetadataInvalid.
template <typename T>
Result<std::vector<T>> ListOf(const Json& object, const char* name) {
  HEALIX_TRY(const Json* list, ListMember(object, name, Presence::kOptional));
  std::vector<T> values;
  for (const Json& item : *list) {
    HEALIX_TRY(T value, ConvertJson<T>(item, name));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace healix::lakehouse::iceberg
