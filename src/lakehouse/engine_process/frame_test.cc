// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/testing/matchers.h"
#include "lakehouse/engine_process/frame_internal.h"

namespace healix::lakehouse::engine_process {
namespace {

using testing::IsError;

std::string BytesOf(const Frame& frame) {
  const auto header = HeaderOf(frame);
  return std::string(reinterpret_cast<const char*>(header.data()), header.size()) + frame.payload;
}

/// Feeds `bytes` at most `step_bytes` at a time.
Result<std::vector<Frame>> Decoded(const std::string& bytes, std::size_t step_bytes) {
  FrameDecoder decoder;
  std::vector<Frame> frames;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto space = decoder.Space();
    const std::size_t count = std::min({space.size(), step_bytes, bytes.size() - at});
    std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()) + at, count, space.begin());
    at += count;
    HEALIX_TRY(auto frame, decoder.Commit(count));
    if (frame) frames.push_back(std::move(*frame));
  }
  return frames;
}

TEST(FrameTest, FramesArriveInPieces) {
  const std::string large(std::size_t{9} << 20, 'x');
  const std::string bytes = BytesOf({7, MessageKind::kAnswer, "answer"}) +
                            BytesOf({8, MessageKind::kClose, ""}) +
                            BytesOf({4294967295u, MessageKind::kQuery, large});
  for (const std::size_t step : {std::size_t{1} << 30, std::size_t{65537}, std::size_t{15}}) {
    const auto frames = Decoded(bytes, step);
    ASSERT_TRUE(testing::IsOk(frames));
    ASSERT_EQ(frames->size(), 3u);
    EXPECT_EQ(frames->at(0).payload, "answer");
    EXPECT_EQ(frames->at(0).conversation, 7u);
    EXPECT_EQ(frames->at(1).kind, MessageKind::kClose);
    EXPECT_EQ(frames->at(2).conversation, 4294967295u);
    EXPECT_TRUE(frames->at(2).payload == large);
  }
}

TEST(FrameTest, OtherBytesAreRefused) {
  const std::string good = BytesOf({7, MessageKind::kAnswer, "answer"});
  std::string other_word = good;
  other_word[0] = 'h';
  std::string unknown_kind = good;
  unknown_kind[12] = static_cast<char>(static_cast<int>(kLastMessageKind) + 1);
  std::string no_zero = good;
  no_zero[15] = 1;
  std::string too_long = good;
  too_long[7] = 0x41;
  for (const std::string& bad : {other_word, unknown_kind, no_zero, too_long,
                                 std::string(kFrameHeaderBytes, '\0'), "x" + good}) {
    EXPECT_TRUE(IsError(Decoded(bad, 1 << 20), ErrorCode::kEngineFailed));
  }
}

TEST(FrameTest, APromisedLengthTakesNoMemory) {
  FrameDecoder decoder;
  Frame frame{1, MessageKind::kAnswer, ""};
  auto header = HeaderOf(frame);
  header[7] = std::byte{0x40};  // 1 GiB
  std::copy(header.begin(), header.end(), decoder.Space().begin());
  const auto none = decoder.Commit(header.size());
  ASSERT_TRUE(testing::IsOk(none));
  EXPECT_FALSE(none->has_value());
  EXPECT_LE(decoder.Space().size(), std::size_t{4} << 20);
}

}  // namespace
}  // namespace healix::lakehouse::engine_process
