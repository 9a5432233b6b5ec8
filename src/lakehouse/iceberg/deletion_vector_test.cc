// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/deletion_vector.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::lakehouse::iceberg {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using namespace std::string_literals;

std::string ReadShared(const std::string& folder, const std::string& name) {
  Result<std::string> bytes = base::ReadFile(base::PosixFileSystem(), folder + "/" + name, 1 << 20);
  EXPECT_TRUE(IsOk(bytes)) << name;
  return std::move(bytes).value_or("");
}

std::string BigEndian(std::uint32_t number) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(number >> shift & 0xFF));
  return bytes;
}

/// Wraps a bitmap into a deletion-vector-v1 blob.
std::string BlobOf(const std::string& bitmap) {
  const std::string content = "\xD1\xD3\x39\x64"s + bitmap;
  const auto crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  return BigEndian(static_cast<std::uint32_t>(content.size())) + content + BigEndian(crc);
}

// One bitmap with key 0, an array container with the values 1 and 5, by hand from
// RoaringFormatSpec.
const std::string kTwoPositions = "\1\0\0\0\0\0\0\0"s + "\0\0\0\0"s + "\x3A\x30\0\0"s +
                                  "\1\0\0\0"s + "\0\0\1\0"s + "\x10\0\0\0"s + "\1\0\5\0"s;
// The same with a run container: runs [3..6] and [9..9].
const std::string kTwoRuns = "\1\0\0\0\0\0\0\0"s + "\2\0\0\0"s + "\x3B\x30\0\0"s + "\1"s +
                             "\0\0\4\0"s + "\2\0"s + "\3\0\3\0\x09\0\0\0"s;

TEST(DeletionVectorTest, ReadsArraysAndRuns) {
  EXPECT_EQ(*ReadRoaring64(kTwoPositions), (std::vector<std::uint64_t>{1, 5}));
  const std::uint64_t high = std::uint64_t{2} << 32;
  EXPECT_EQ(*ReadRoaring64(kTwoRuns),
            (std::vector<std::uint64_t>{high + 3, high + 4, high + 5, high + 6, high + 9}));
  EXPECT_EQ(*ReadDeletionVector(BlobOf(kTwoPositions)), (std::vector<std::uint64_t>{1, 5}));
}

TEST(DeletionVectorTest, ReadsBitsets) {
  // All even positions of the first container; 0x8000 of them, so the header says 0x7FFF.
  const std::string evens = "\1\0\0\0\0\0\0\0"s + "\0\0\0\0"s + "\x3A\x30\0\0"s + "\1\0\0\0"s +
                            "\0\0\xFF\x7F"s + "\x10\0\0\0"s + std::string(8192, '\x55');
  const auto positions = ReadRoaring64(evens);
  ASSERT_TRUE(IsOk(positions));
  ASSERT_EQ(positions->size(), 0x8000U);
  for (std::size_t i = 0; i < positions->size(); ++i) ASSERT_EQ((*positions)[i], 2 * i);
  std::string miscounted = evens;
  miscounted[22] = '\xFE';
  EXPECT_TRUE(IsError(ReadRoaring64(miscounted), ErrorCode::kMetadataInvalid));
}

// Made by pyroaring 1.0: array, run and (with more than three containers) offset parts in one.
TEST(DeletionVectorTest, ReadsWhatPyroaringWrites) {
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 3000; i += 3) expected.push_back(i);
  for (std::uint64_t i = 100'000; i <= 300'000; ++i) expected.push_back(i);
  for (std::uint64_t i = 0; i < 10; ++i) expected.push_back((std::uint64_t{1} << 33) + i * 70'000);
  const auto positions = ReadRoaring64(ReadShared(HEALIX_TESTDATA, "pyroaring_mixed.bin"));
  ASSERT_TRUE(IsOk(positions));
  EXPECT_TRUE(*positions == expected);
}

// What the bitmaps hold is stated by pyiceberg's own tests for these files.
TEST(DeletionVectorTest, ReadsWhatPyicebergReads) {
  HEALIX_SHARED_OR_SKIP(folder, "conformance/iceberg/pyiceberg/bitmaps");
  const auto read = [&](const char* name) {
    const auto positions = ReadRoaring64(ReadShared(folder, name));
    EXPECT_TRUE(IsOk(positions)) << name;
    return positions ? *positions : std::vector<std::uint64_t>();
  };
  EXPECT_TRUE(read("64mapempty.bin").empty());
  const std::vector<std::uint64_t> low = read("64map32bitvals.bin");
  EXPECT_EQ(low.size(), 10U);
  EXPECT_EQ(low.back(), 9U);
  const std::vector<std::uint64_t> spread = read("64mapspreadvals.bin");
  EXPECT_EQ(spread.size(), 100U);
  EXPECT_EQ(spread[10], std::uint64_t{1} << 32);
  // Its bytes were once taken for text: pyiceberg and we refuse it.
  EXPECT_TRUE(
      IsError(ReadRoaring64(ReadShared(folder, "64maphighvals.bin")), ErrorCode::kMetadataInvalid));
}

TEST(DeletionVectorTest, EveryFlippedByteIsNoticed) {
  const std::string blob = BlobOf(kTwoRuns);
  for (std::size_t i = 0; i < blob.size(); ++i) {
    std::string damaged = blob;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    EXPECT_TRUE(IsError(ReadDeletionVector(damaged), ErrorCode::kMetadataInvalid)) << i;
  }
  for (std::size_t size = 0; size < kTwoRuns.size(); ++size) {
    EXPECT_TRUE(IsError(ReadRoaring64(kTwoRuns.substr(0, size)), ErrorCode::kMetadataInvalid));
  }
  EXPECT_TRUE(IsError(ReadRoaring64(kTwoRuns + "x"), ErrorCode::kMetadataInvalid));
}

TEST(PuffinTest, ReadsFootersAndBlobs) {
  HEALIX_SHARED_OR_SKIP(folder, "conformance/iceberg/pyiceberg/puffin/v1");
  const std::string empty = ReadShared(folder, "empty-puffin-uncompressed.bin");
  EXPECT_TRUE(ReadPuffinFooter(empty)->blobs.empty());
  std::vector<std::string> contents;
  for (const char* name :
       {"sample-metric-data-uncompressed.bin", "sample-metric-data-compressed-zstd.bin"}) {
    const std::string file = ReadShared(folder, name);
    const auto footer = ReadPuffinFooter(file);
    ASSERT_TRUE(IsOk(footer)) << name;
    ASSERT_EQ(footer->blobs.size(), 2U);
    EXPECT_EQ(footer->blobs[0].type, "some-blob");
    EXPECT_EQ(footer->properties.count("created-by"), 1U);
    const auto content = ReadPuffinBlob(file, footer->blobs[0]);
    ASSERT_TRUE(IsOk(content)) << name;
    contents.push_back(*content);
  }
  EXPECT_EQ(contents[0], "abcdefghi");
  EXPECT_EQ(contents[1], contents[0]);
}

TEST(PuffinTest, RefusesOtherAndDamagedFiles) {
  EXPECT_TRUE(IsError(ReadPuffinFooter(""), ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(IsError(ReadPuffinFooter("PFA1PFA1\xFF\xFF\xFF\x7F\0\0\0\0PFA1"s),
                      ErrorCode::kMetadataInvalid));
  EXPECT_TRUE(
      IsError(ReadPuffinFooter("PFA1PFA1\0\0\0\0\1\0\0\0PFA1"s), ErrorCode::kMetadataUnsupported));
  PuffinBlob outside;
  outside.offset_bytes = 3;
  outside.length_bytes = 8;
  EXPECT_TRUE(IsError(ReadPuffinBlob("0123456789", outside), ErrorCode::kMetadataInvalid));
  outside.length_bytes = 2;
  outside.compression_codec = "lz4";
  EXPECT_TRUE(IsError(ReadPuffinBlob("0123456789", outside), ErrorCode::kMetadataUnsupported));
}

}  // namespace
}  // namespace healix::lakehouse::iceberg
