// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <unordered_set>

#include "base/ids/base64url.h"
#include "base/ids/randomness.h"
#include "base/ids/strong_id.h"
#include "base/ids/uuid.h"
#include "base/testing/matchers.h"

namespace healix::base {
namespace {

using healix::testing::IsError;

using ApplesId = StrongId<struct ApplesIdTag>;
using PearsId = StrongId<struct PearsIdTag>;
static_assert(!std::is_convertible_v<ApplesId, PearsId>);
static_assert(!std::is_convertible_v<std::string, ApplesId>);

TEST(StrongIdTest, OrdersAndHashesLikeItsValue) {
  const std::unordered_set<ApplesId> ids = {ApplesId("a"), ApplesId("b"), ApplesId("a")};
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_LT(ApplesId("a"), ApplesId("b"));
  EXPECT_EQ((StrongId<struct NumberTag, int>(7).value()), 7);
}

TEST(SeededRandomnessTest, RepeatsItself) {
  SeededRandomness first(42);
  SeededRandomness second(42);
  SeededRandomness other(43);
  const std::uint64_t value = first.Next64();
  EXPECT_EQ(value, second.Next64());
  EXPECT_NE(value, other.Next64());
  EXPECT_NE(value, first.Next64());
}

TEST(SystemRandomnessTest, DoesNotRepeatItself) {
  EXPECT_NE(SystemRandomness().Next64(), SystemRandomness().Next64());
}

TEST(UuidTest, Version4CarriesVersionAndVariant) {
  SeededRandomness randomness(1);
  for (int i = 0; i < 100; ++i) {
    const std::string text = MakeUuidV4(randomness).ToString();
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
    EXPECT_EQ(ParseUuid(text).value().ToString(), text);
  }
}

/// A clock that a test may set back.
class LooseClock final : public Clock {
 public:
  Timestamp Now() const override { return now; }
  std::chrono::microseconds Elapsed() const override { return std::chrono::microseconds(0); }
  Timestamp now = FromMicros(1'645'557'742'000'000);  // the example of RFC 9562, appendix A.6
};

TEST(UuidTest, Version7GrowsWithinAMillisecondAndOverAClockSetBack) {
  LooseClock clock;
  SeededRandomness randomness(1);
  UuidV7Source source(clock, randomness);
  Uuid last = source.Next();
  EXPECT_EQ(last.ToString().substr(0, 13), "017f22e2-79b0");
  EXPECT_EQ(last.ToString()[14], '7');
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) clock.now -= std::chrono::hours(1);
    const Uuid next = source.Next();
    ASSERT_LT(last, next) << i;
    last = next;
  }
}

TEST(UuidTest, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4xdc0c0c07398f",
        "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f"}) {
    EXPECT_TRUE(IsError(ParseUuid(text), ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(Base64UrlTest, AgreesWithTheStandard) {
  const auto encode = [](std::string_view text) {
    return EncodeBase64Url(std::as_bytes(std::span(text.data(), text.size())));
  };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode("\xff\xfe\xff"), "__7_");
}

TEST(Base64UrlTest, GivesEachValueOneText) {
  EXPECT_EQ(DecodeBase64Url("Zg").value(), (std::vector<std::byte>{std::byte{'f'}}));
  EXPECT_TRUE(IsError(DecodeBase64Url("Zh"), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(DecodeBase64Url("Zg=="), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(DecodeBase64Url("Z"), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(DecodeBase64Url("Z+"), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::base
