// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Converts days since 1970-01-01 to calendar dates and back, for every 64-bit day we meet
/// (std::chrono's calendar ends at the year 32767).

#include <cstdint>

namespace healix::lakehouse::iceberg {

struct CivilDate {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;
};

constexpr std::int64_t kDaysPerEra = 146097;  ///< 400 years of the Gregorian calendar
constexpr std::int64_t kDaysTo1970 = 719468;  ///< from 0000-03-01

/// Divides so that the remainder is never negative. `divisor` is positive.
constexpr std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Years are counted from March, so that the leap day is the last of its year.
constexpr CivilDate CivilFromDays(std::int64_t days) {
  const std::int64_t shifted = days + kDaysTo1970;
  const std::int64_t era = FloorDivide(shifted, kDaysPerEra);
  const std::int64_t day_of_era = shifted - era * kDaysPerEra;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

constexpr std::int64_t DaysFromCivil(const CivilDate& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = FloorDivide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysTo1970;
}

}  // namespace healix::lakehouse::iceberg
