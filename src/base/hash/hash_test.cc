// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/hash/hex.h"
#include "base/hash/sha256.h"
#include "base/testing/matchers.h"

namespace healix::base {
namespace {

using healix::testing::IsError;

// The vectors are those of FIPS 180-2, appendix B.
TEST(Sha256Test, AgreesWithTheStandard) {
  EXPECT_EQ(Sha256Of("").ToHex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Of("abc").ToHex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Of(std::string(1'000'000, 'a')).ToHex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, StreamsLikeOneShot) {
  const std::string text(100'000, 'x');
  Sha256 stream;
  for (std::size_t at = 0; at < text.size(); at += 777) {
    stream.Update(std::string_view(text).substr(at, 777));
  }
  EXPECT_EQ(stream.Finish(), Sha256Of(text));
  stream.Update("abc");
  EXPECT_EQ(stream.Finish(), Sha256Of("abc")) << "Finish() starts anew";
}

TEST(Sha256Test, ReadsItsOwnText) {
  const Sha256Digest digest = Sha256Of("abc");
  EXPECT_EQ(ParseSha256(digest.ToHex()).value(), digest);
  EXPECT_TRUE(IsError(ParseSha256("ba78"), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(ParseSha256(std::string(64, 'g')), ErrorCode::kInvalidArgument));
}

TEST(HexTest, ReadsBothCasesAndRefusesTheRest) {
  const std::vector<std::byte> bytes = {std::byte{0x00}, std::byte{0xAb}, std::byte{0xFF}};
  EXPECT_EQ(EncodeHex(bytes), "00abff");
  EXPECT_EQ(DecodeHex("00ABff").value(), bytes);
  EXPECT_TRUE(IsError(DecodeHex("0"), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(DecodeHex("0x"), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::base
