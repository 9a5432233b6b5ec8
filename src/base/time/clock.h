// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells the time; tests put their own clock in its place.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace healix::base {

/// A point in UTC, in microseconds since 1970-01-01T00:00:00Z, without leap seconds.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

inline std::int64_t ToMicros(Timestamp at) { return at.time_since_epoch().count(); }
inline Timestamp FromMicros(std::int64_t micros) {
  return Timestamp(std::chrono::microseconds(micros));
}

/// Tells what time it is and how much time has passed.
/// Threads  any.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Returns the time of day. May jump when the machine's clock is set.
  virtual Timestamp Now() const = 0;
  /// Returns the time since some fixed instant; never goes back. For durations and leases.
  virtual std::chrono::microseconds Elapsed() const = 0;
};

/// Returns the clock of this machine. Lives for ever.
const Clock& SystemClock();

/// Stands still until a test moves it.
/// Example  TestClockTest.MovesOnlyWhenTold
class TestClock final : public Clock {
 public:
  /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
  explicit TestClock(Timestamp start = FromMicros(1'767'225'600'000'000));

  Timestamp Now() const override;
  std::chrono::microseconds Elapsed() const override;
  /// Moves both times on; not backwards.
  void Advance(std::chrono::microseconds by);

 private:
  Timestamp start_;
  std::atomic<std::int64_t> passed_micros_{0};
};

}  // namespace healix::base
