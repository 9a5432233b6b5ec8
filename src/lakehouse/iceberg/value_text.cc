// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "lakehouse/iceberg/civil_internal.h"
#include "lakehouse/iceberg/value_text_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t TicksPerSecond(Fraction fraction) {
  return fraction == Fraction::kMicros ? 1'000'000 : 1'000'000'000;
}

std::optional<std::int64_t> ParseDigits(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads digits behind the point as ticks; more digits than the fraction has are not lost quietly.
std::optional<std::int64_t> ParseFraction(std::string_view digits, Fraction fraction) {
  const auto places = static_cast<std::size_t>(fraction);
  if (digits.empty() || digits.size() > places) return std::nullopt;
  return ParseDigits(std::string(digits) + std::string(places - digits.size(), '0'));
}

int HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool IsDayOfMonth(const CivilDate& date) {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > kDays[date.month - 1]) {
    return false;
  }
  const bool is_leap = (date.year % 4 == 0 && date.year % 100 != 0) || date.year % 400 == 0;
  return is_leap || date.month != 2 || date.day != 29;
}

}  // namespace

std::string DateText(std::int64_t days) {
  const CivilDate date = CivilFromDays(days);
  const char* sign = date.year < 0 ? "-" : "";
  return fmt::format("{}{:04}-{:02}-{:02}", sign, date.year < 0 ? -date.year : date.year,
                     date.month, date.day);
}

std::string TimeText(std::int64_t ticks, Fraction fraction) {
  const std::int64_t per_second = TicksPerSecond(fraction);
  const std::int64_t seconds = ticks / per_second;
  return fmt::format("{:02}:{:02}:{:02}.{:0{}}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     ticks % per_second, static_cast<int>(fraction));
}

std::string TimestampText(std::int64_t ticks, Fraction fraction) {
  const std::int64_t per_day = kSecondsPerDay * TicksPerSecond(fraction);
  const std::int64_t rest = ticks % per_day;
  return DateText(FloorDivide(ticks, per_day)) + "T" +
         TimeText(rest < 0 ? rest + per_day : rest, fraction);
}

std::string DecimalText(Int128 unscaled, int scale) {
  const bool is_negative = unscaled < 0;
  std::string digits;
  do {  // digit by digit, since the lowest value has no positive twin
    const int digit = static_cast<int>(unscaled % 10);
    digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    unscaled /= 10;
  } while (unscaled != 0);
  const auto places = static_cast<std::size_t>(scale);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, 1, '.');
  return is_negative ? "-" + digits : digits;
}

std::string HexText(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string UuidText(std::string_view bytes) {
  std::string text = HexText(bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::string Base64Text(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const char byte = i + j < bytes.size() ? bytes[i + j] : '\0';
      group = (group << 8) | static_cast<unsigned char>(byte);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text.push_back(i + j > bytes.size() ? '=' : kAlphabet[(group >> (18 - 6 * j)) & 0x3F]);
    }
  }
  return text;
}

std::optional<std::int64_t> ParseDate(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash < 4 || dash > 7 || text.size() != dash + 6 ||
      text[dash + 3] != '-') {
    return std::nullopt;
  }
  const auto year = ParseDigits(text.substr(0, dash));
  const auto month = ParseDigits(text.substr(dash + 1, 2));
  const auto day = ParseDigits(text.substr(dash + 4, 2));
  if (!year || !month || !day) return std::nullopt;
  const CivilDate date{is_negative ? -*year : *year, static_cast<int>(*month),
                       static_cast<int>(*day)};
  const std::int64_t days = DaysFromCivil(date);
  const bool is_sound = IsDayOfMonth(date) && days >= std::numeric_limits<std::int32_t>::min() &&
                        days <= std::numeric_limits<std::int32_t>::max();
  return is_sound ? std::optional(days) : std::nullopt;
}

std::optional<std::int64_t> ParseTime(std::string_view text, Fraction fraction) {
  if (text.size() < 5 || text[2] != ':') return std::nullopt;
  const auto hour = ParseDigits(text.substr(0, 2));
  const auto minute = ParseDigits(text.substr(3, 2));
  std::optional<std::int64_t> second = 0;
  std::optional<std::int64_t> ticks = 0;
  if (text.size() > 5) {
    if (text.size() < 8 || text[5] != ':') return std::nullopt;
    second = ParseDigits(text.substr(6, 2));
  }
  if (text.size() > 8) {
    if (text[8] != '.') return std::nullopt;
    ticks = ParseFraction(text.substr(9), fraction);
  }
  if (!hour || !minute || !second || !ticks || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return ((*hour * 60 + *minute) * 60 + *second) * TicksPerSecond(fraction) + *ticks;
}

std::optional<std::int64_t> ParseTimestamp(std::string_view text, Fraction fraction) {
  const std::size_t separator = text.find('T');
  if (separator == std::string_view::npos) return std::nullopt;
  const auto days = ParseDate(text.substr(0, separator));
  const auto time = ParseTime(text.substr(separator + 1), fraction);
  if (!days || !time) return std::nullopt;
  const std::int64_t per_day = kSecondsPerDay * TicksPerSecond(fraction);
  const Int128 ticks = Int128{*days} * per_day + *time;
  const auto narrow = static_cast<std::int64_t>(ticks);
  return narrow == ticks ? std::optional(narrow) : std::nullopt;
}

std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view behind =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || behind.size() > static_cast<std::size_t>(scale)) return std::nullopt;
  if (point != std::string_view::npos && behind.empty()) return std::nullopt;
  std::string digits(whole);
  digits += behind;
  digits.append(static_cast<std::size_t>(scale) - behind.size(), '0');
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > static_cast<std::size_t>(precision)) return std::nullopt;
  Int128 value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return is_negative ? -value : value;
}

std::optional<std::string> ParseHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::string> ParseUuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits(text);
  for (const std::size_t at : {23U, 18U, 13U, 8U}) {
    if (digits[at] != '-') return std::nullopt;
    digits.erase(at, 1);
  }
  return ParseHex(digits);
}

}  // namespace healix::lakehouse::iceberg
