// SPDX-License-Identifier: Apache-2.0
#include "base/time/clock.h"

#include "base/result/check.h"

namespace healix::base {
namespace {

class MachineClock final : public Clock {
 public:
  Timestamp Now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
  std::chrono::microseconds Elapsed() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

TestClock::TestClock(Timestamp start) : start_(start) {}

Timestamp TestClock::Now() const { return start_ + Elapsed(); }

std::chrono::microseconds TestClock::Elapsed() const {
  return std::chrono::microseconds(passed_micros_.load());
}

void TestClock::Advance(std::chrono::microseconds by) {
  HEALIX_CHECK(by.count() >= 0, "time does not go back");
  passed_micros_ += by.count();
}

}  // namespace healix::base
