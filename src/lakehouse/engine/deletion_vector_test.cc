// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/testing/matchers.h"
#include "lakehouse/engine/deletion_vector_internal.h"

namespace healix::lakehouse::engine {
namespace {

using testing::IsError;
using testing::IsOk;

std::string Little(std::uint64_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

std::string Big(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::uint32_t Crc(const std::string& bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

std::string Blob(const std::string& bitmaps) {
  const std::string body = "\xD1\xD3\x39\x64" + bitmaps;
  return Big(static_cast<std::uint32_t>(body.size())) + body + Big(Crc(body));
}

// One 32-bit bitmap without runs: an array container of the rows given.
std::string ArrayBitmap(std::uint16_t key, const std::vector<std::uint16_t>& rows) {
  std::string bytes =
      Little(12346, 4) + Little(1, 4) + Little(key, 2) + Little(rows.size() - 1, 2) + Little(16, 4);
  for (const std::uint16_t row : rows) bytes += Little(row, 2);
  return bytes;
}

TEST(DeletionVectorTest, ReadsArraysBitmapsAndRuns) {
  RowMarks marks(std::uint64_t{1} << 34);
  std::string bitset =
      Little(12346, 4) + Little(1, 4) + Little(0, 2) + Little(4999, 2) + Little(16, 4);
  for (int word = 0; word < 1024; ++word) bitset += Little(word == 3 ? 0b101 : 0, 8);
  const std::string runs = Little(12347, 4) + "\x01" + Little(2, 2) + Little(2, 2) + Little(1, 2) +
                           Little(10, 2) + Little(2, 2);
  const std::string all = Little(3, 8) + Little(0, 4) + ArrayBitmap(1, {7, 9}) + Little(1, 4) +
                          bitset + Little(2, 4) + runs;
  ASSERT_TRUE(IsOk(MarkDeletionVector(Blob(all), marks)));
  const std::uint64_t second = std::uint64_t{1} << 32;
  const std::uint64_t third = std::uint64_t{2} << 32;
  for (const std::uint64_t row : {std::uint64_t{65543}, std::uint64_t{65545}, second + 192,
                                  second + 194, third + 131082, third + 131084}) {
    EXPECT_TRUE(marks.IsMarked(row)) << row;
  }
  for (const std::uint64_t row :
       {std::uint64_t{7}, std::uint64_t{65544}, second + 193, third + 131081, third + 131085}) {
    EXPECT_FALSE(marks.IsMarked(row)) << row;
  }
}

TEST(DeletionVectorTest, AnyDamageIsAnError) {
  const std::string good = Blob(Little(1, 8) + Little(0, 4) + ArrayBitmap(0, {1, 2}));
  RowMarks marks(100);
  ASSERT_TRUE(IsOk(MarkDeletionVector(good, marks)));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_TRUE(
        IsError(MarkDeletionVector(good.substr(0, length), marks), ErrorCode::kMetadataInvalid));
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x40);
    EXPECT_TRUE(IsError(MarkDeletionVector(bad, marks), ErrorCode::kMetadataInvalid)) << i;
  }
}

TEST(DeletionVectorTest, CountsThatTheBytesDoNotHoldAreErrors) {
  RowMarks marks(100);
  for (const std::string& bitmaps :
       {Little(~std::uint64_t{0}, 8),
        Little(1, 8) + Little(0, 4) + Little(12346, 4) + Little(70000, 4),
        Little(1, 8) + Little(0, 4) + Little(12345, 4),
        Little(1, 8) + Little(0, 4) + ArrayBitmap(0, {1}) + "x"}) {
    EXPECT_TRUE(IsError(MarkDeletionVector(Blob(bitmaps), marks), ErrorCode::kMetadataInvalid));
  }
}

TEST(RowMarksTest, RowsBehindTheEndMarkNothing) {
  RowMarks marks(10);
  marks.Mark(10);
  marks.Mark(~std::uint64_t{0});
  EXPECT_FALSE(marks.Any());
  marks.Mark(9);
  EXPECT_TRUE(marks.IsMarked(9));
}

}  // namespace
}  // namespace healix::lakehouse::engine
