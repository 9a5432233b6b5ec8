// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes and reads UUIDs (RFC 9562).

#include <array>
#include <compare>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/ids/randomness.h"
#include "base/result/result.h"
#include "base/time/clock.h"

namespace healix::base {

/// Holds 128 bits in the order of their text.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// Returns `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case.
  std::string ToString() const;
  auto operator<=>(const Uuid&) const = default;
};

/// Reads the 36-character text in either case, of any version.
/// Errors   kInvalidArgument.
Result<Uuid> ParseUuid(std::string_view text);

/// Makes a random UUID (version 4).
Uuid MakeUuidV4(Randomness& randomness);

/// Makes UUIDs ordered by time (version 7): 48 bits of milliseconds, then a 12-bit count within
/// the millisecond (RFC 9562 section 6.2, method 1), then randomness. Each is greater than the
/// one before it from the same source, also when the clock is set back.
/// Owns     nothing; borrows clock and randomness, which must live longer.
/// Threads  any.
/// Example  UuidTest.Version7GrowsWithinAMillisecondAndOverAClockSetBack
class UuidV7Source final {
 public:
  UuidV7Source(const Clock& clock, Randomness& randomness)
      : clock_(clock), randomness_(randomness) {}

  Uuid Next();

 private:
  const Clock& clock_;
  Randomness& randomness_;
  std::mutex mutex_;
  std::uint64_t last_millis_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace healix::base
