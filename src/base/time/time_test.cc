// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/time/clock.h"
#include "base/time/instant.h"

namespace healix::base {
namespace {

using healix::testing::IsError;

TEST(TestClockTest, MovesOnlyWhenTold) {
  TestClock clock;
  EXPECT_EQ(FormatInstant(clock.Now()), "2026-01-01T00:00:00.000000Z");
  clock.Advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(FormatInstant(clock.Now()), "2026-01-01T00:00:01.500000Z");
  EXPECT_EQ(clock.Elapsed(), std::chrono::milliseconds(1500));
}

TEST(SystemClockTest, NeverGoesBack) {
  const auto first = SystemClock().Elapsed();
  EXPECT_GE(SystemClock().Elapsed(), first);
}

TEST(InstantTest, ReadsWhatFhirAllows) {
  const Timestamp noon = FromMicros(1'423'310'237'239'000);
  EXPECT_EQ(ParseInstant("2015-02-07T11:57:17.239Z").value(), noon);
  EXPECT_EQ(ParseInstant("2015-02-07T13:57:17.239+02:00").value(), noon);
  EXPECT_EQ(ParseInstant("2015-02-07T06:27:17.239000999-05:30").value(), noon);
  EXPECT_EQ(ParseInstant("1969-12-31T23:59:59.5Z").value(), FromMicros(-500'000));
  EXPECT_EQ(ParseInstant("2016-12-31T23:59:60Z").value(),
            ParseInstant("2017-01-01T00:00:00Z").value());
}

TEST(InstantTest, WritesWhatItReads) {
  for (const char* text : {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                           "2024-02-29T23:00:01.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    EXPECT_EQ(FormatInstant(ParseInstant(text).value()), text);
  }
}

TEST(InstantTest, RefusesTheRest) {
  for (const char* text :
       {"", "2015", "2015-02-07", "2015-02-07T11:57:17", "2015-02-07 11:57:17Z",
        "2015-02-30T11:57:17Z", "2015-13-01T00:00:00Z", "2015-02-07T24:00:00Z",
        "2015-02-07T11:60:17Z", "2015-02-07T11:57:61Z", "2015-02-07T11:57:17.Z",
        "2015-02-07T11:57:17+14:01", "2015-02-07T11:57:17Zx", "0000-01-01T00:00:00Z",
        "2015-02-07T11:57:17+0200", "-015-02-07T11:57:17Z"}) {
    EXPECT_TRUE(IsError(ParseInstant(text), ErrorCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace healix::base
