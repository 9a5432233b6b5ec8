// SPDX-License-Identifier: Apache-2.0
#include "base/result/result.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/result/findings.h"
#include "base/testing/matchers.h"

namespace healix {
namespace {

using testing::IsError;
using testing::IsOk;

Result<int> Half(int number) {
  if (number % 2 != 0) return MakeError(ErrorCode::kInvalidArgument, "{} is odd", number);
  return number / 2;
}

Result<int> Quarter(int number) {
  HEALIX_TRY(const int half, Half(number));
  return Half(half);
}

TEST(ResultTest, TryLeavesWithTheError) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_TRUE(IsError(Quarter(6), ErrorCode::kInvalidArgument));
}

TEST(ResultTest, HoldsMoveOnlyValues) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  ASSERT_TRUE(IsOk(result));
  EXPECT_EQ(**result, 7);
}

TEST(ResultTest, MacrosAreOneStatement) {
  auto run = [](bool first) -> Status {
    if (first)
      HEALIX_RETURN_IF_ERROR(Status());
    else
      return MakeError(ErrorCode::kInternal, "the else belongs to the if above");
    return {};
  };
  EXPECT_TRUE(IsOk(run(true)));
  EXPECT_TRUE(IsError(run(false), ErrorCode::kInternal));
}

TEST(ErrorTest, CarriesCodeMessageAndPosition) {
  const Error error = MakeError(ErrorCode::kJsonInvalid, "byte {} is not allowed", 7)
                          .At({.file = "a.json", .byte_offset = 12, .line = {}});
  EXPECT_EQ(error.ToString(), "error[JSON_INVALID]: byte 7 is not allowed (a.json@12)");
  EXPECT_EQ(error.At({.file = "b", .byte_offset = 1, .line = 3}).position().ToString(),
            "a.json:3@12");
}

TEST(ErrorTest, TakesOnlyPhiFreeArguments) {
  static_assert(!PhiFree<std::string>);
  static_assert(!PhiFree<const char*>);
  static_assert(!PhiFree<std::string_view>);
  static_assert(PhiFree<SafeText>);
  static_assert(PhiFree<int> && PhiFree<ErrorCode>);
}

TEST(FindingsTest, CountsWhatItDoesNotKeep) {
  Findings findings;
  for (std::size_t i = 0; i < Findings::kKeptMax + 5; ++i) {
    findings.Add({.code = ErrorCode::kJsonInvalid, .path = {}, .rule = {}, .position = {}});
  }
  EXPECT_EQ(findings.kept().size(), Findings::kKeptMax);
  EXPECT_EQ(findings.error_count(), Findings::kKeptMax + 5);
}

TEST(ErrorTest, IsOneLineThatSteersNoTerminal) {
  const Error error = MakeError(ErrorCode::kIoFailed, "can't open {}", SafePath("a\x1b]0;x\x07\nb"))
                          .At({"c\nd", {}, {}})
                          .Within(SafeName("e\rf"));
  EXPECT_EQ(error.ToString(),
            "error[IO_FAILED]: e\\x0Df: can't open a\\x1B]0;x\\x07\\x0Ab (c\\x0Ad)");
}

}  // namespace
}  // namespace healix
