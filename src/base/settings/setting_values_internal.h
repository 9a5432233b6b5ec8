// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds settings by name and reads the texts of their values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/settings/settings.h"

namespace healix::base {

/// Returns the index of a setting, or nothing.
std::optional<std::size_t> FindSetting(std::string_view name);

/// Returns the known name with the fewest edits to `name`.
std::string_view NearestSetting(std::string_view name);

/// Returns `HEALIX_INGEST_RECORD_BYTES_MAX` for `ingest.record_bytes_max`.
std::string VariableOf(std::string_view name);

/// Reads a value and checks its range. kSettingInvalid names setting and range.
Result<std::variant<std::int64_t, bool, std::string>> ParseSetting(const SettingInfo& info,
                                                                   std::string_view text);

}  // namespace healix::base
