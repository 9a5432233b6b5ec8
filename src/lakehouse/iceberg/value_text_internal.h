// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints and reads the ISO 8601 and decimal texts of Iceberg's JSON values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lakehouse/iceberg/value.h"

namespace healix::lakehouse::iceberg {

/// Places behind the decimal point of the seconds.
enum class Fraction : std::uint8_t { kMicros = 6, kNanos = 9 };

std::string DateText(std::int64_t days);
/// `ticks` since midnight.
std::string TimeText(std::int64_t ticks, Fraction fraction);
/// `ticks` since 1970-01-01.
std::string TimestampText(std::int64_t ticks, Fraction fraction);
std::string DecimalText(Int128 unscaled, int scale);
std::string UuidText(std::string_view bytes);
std::string HexText(std::string_view bytes);
std::string Base64Text(std::string_view bytes);

/// These return nothing when the text has another form or the value does not fit.
std::optional<std::int64_t> ParseDate(std::string_view text);
std::optional<std::int64_t> ParseTime(std::string_view text, Fraction fraction);
std::optional<std::int64_t> ParseTimestamp(std::string_view text, Fraction fraction);
std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale);
std::optional<std::string> ParseUuid(std::string_view text);
std::optional<std::string> ParseHex(std::string_view text);

}  // namespace healix::lakehouse::iceberg
