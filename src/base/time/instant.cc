// SPDX-License-Identifier: Apache-2.0
#include "base/time/instant.h"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace healix::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes characters from the front of a text; every member says whether it could.
class Cursor final {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool Skip(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> Number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// Takes one or more digits as a decimal fraction of a second.
  std::optional<microseconds> Fraction() {
    std::int64_t micros = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 6) micros = micros * 10 + (rest_[count] - '0');
    }
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    for (; count < 6; ++count) micros *= 10;
    return microseconds(micros);
  }

  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> TakeDate(Cursor& cursor) {
  const auto year = cursor.Number(4);
  if (!year || !cursor.Skip('-')) return std::nullopt;
  const auto month = cursor.Number(2);
  if (!month || !cursor.Skip('-')) return std::nullopt;
  const auto day = cursor.Number(2);
  if (!day || *year < 1) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<microseconds> TakeTimeOfDay(Cursor& cursor) {
  const auto hour = cursor.Number(2);
  if (!hour || *hour > 23 || !cursor.Skip(':')) return std::nullopt;
  const auto minute = cursor.Number(2);
  if (!minute || *minute > 59 || !cursor.Skip(':')) return std::nullopt;
  const auto second = cursor.Number(2);
  if (!second || *second > 60) return std::nullopt;
  microseconds time = hours(*hour) + minutes(*minute) + seconds(*second);
  if (cursor.Skip('.')) {
    const auto fraction = cursor.Fraction();
    if (!fraction) return std::nullopt;
    time += *fraction;
  }
  return time;
}

std::optional<minutes> TakeOffset(Cursor& cursor) {
  if (cursor.Skip('Z')) return minutes(0);
  const bool east = cursor.Skip('+');
  if (!east && !cursor.Skip('-')) return std::nullopt;
  const auto hour = cursor.Number(2);
  if (!hour || !cursor.Skip(':')) return std::nullopt;
  const auto minute = cursor.Number(2);
  if (!minute || *minute > 59) return std::nullopt;
  const minutes offset = hours(*hour) + minutes(*minute);
  if (offset > hours(14)) return std::nullopt;
  return east ? offset : -offset;
}

}  // namespace

std::string FormatInstant(Timestamp at) {
  const auto day = std::chrono::floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

Result<Timestamp> ParseInstant(std::string_view text) {
  Cursor cursor(text);
  const auto date = TakeDate(cursor);
  const bool separated = date && cursor.Skip('T');
  const auto time = separated ? TakeTimeOfDay(cursor) : std::nullopt;
  const auto offset = time ? TakeOffset(cursor) : std::nullopt;
  if (!offset || !cursor.AtEnd()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a text of {} characters is not YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm)",
                     text.size());
  }
  return Timestamp(*date) + *time - *offset;
}

}  // namespace healix::base
