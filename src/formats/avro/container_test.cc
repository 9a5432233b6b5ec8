// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/testing/matchers.h"
#include "formats/avro/container_reader.h"
#include "formats/avro/container_writer.h"

namespace healix::formats::avro {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;

Schema Parsed(const std::string& json) {
  const Result<Schema> schema = Schema::Parse(json);
  EXPECT_TRUE(IsOk(schema)) << json;
  return *schema;
}

Schema Rich() {
  return Parsed(R"({"type": "record", "name": "r", "fields": [
      {"name": "b", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "long"},
      {"name": "f", "type": "float"}, {"name": "d", "type": "double"},
      {"name": "s", "type": ["null", "string"]},
      {"name": "x", "type": {"type": "fixed", "name": "x2", "size": 2}},
      {"name": "e", "type": {"type": "enum", "name": "e", "symbols": ["A", "B"]}},
      {"name": "a", "type": {"type": "array", "items": "long"}},
      {"name": "m", "type": {"type": "map", "values": "bytes"}}]})");
}

Datum RichDatum(std::int64_t number) {
  Array items;
  for (std::int64_t i = 0; i < number % 5; ++i) items.items.emplace_back(i * number);
  return Datum(Record{{number % 2 == 0, static_cast<std::int32_t>(-number), number * 1'000'003,
                       0.5F, -0.0, number % 3 == 0 ? Datum() : Datum(std::to_string(number)),
                       std::string("\0\1", 2), EnumSymbol{1}, items,
                       Map{{{"key", std::string(static_cast<std::size_t>(number % 7), '\xFE')}}}}});
}

std::vector<Datum> RichData(std::int64_t count) {
  std::vector<Datum> data;
  for (std::int64_t i = 0; i < count; ++i) data.push_back(RichDatum(i));
  data.push_back(RichDatum(std::numeric_limits<std::int32_t>::max()));
  return data;
}

TEST(ContainerTest, ReadsBackWhatItWrites) {
  const std::vector<Datum> data = RichData(500);
  for (const Codec codec : {Codec::kNull, Codec::kDeflate, Codec::kZstd}) {
    WriterOptions options;
    options.codec = codec;
    options.block_bytes = 1000;
    options.metadata = {{"schema-id", "7"}, {"bytes", std::string("\xFF\0", 2)}};
    const Result<std::string> bytes = WriteContainer(Rich(), options, data);
    ASSERT_TRUE(IsOk(bytes));
    const Result<Container> container = ReadContainer(*bytes, {});
    ASSERT_TRUE(IsOk(container));
    EXPECT_EQ(container->objects, data);
    EXPECT_EQ(container->metadata.at("bytes"), options.metadata.at("bytes"));
    EXPECT_EQ(container->metadata.at("avro.codec"), CodecName(codec));
    EXPECT_EQ(container->schema, Rich());
    EXPECT_EQ(*bytes, *WriteContainer(Rich(), options, data));
  }
}

TEST(ContainerTest, EveryCutAndEveryFlippedByteIsSafe) {
  WriterOptions options;
  options.codec = Codec::kNull;
  options.block_bytes = 100;
  const std::string bytes = *WriteContainer(Rich(), options, RichData(10));
  const std::vector<Datum> whole = ReadContainer(bytes, {})->objects;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Result<Container> cut = ReadContainer(std::string_view(bytes).substr(0, size), {});
    // A cut between two blocks is a shorter file; all others are noticed.
    if (cut) {
      EXPECT_LT(cut->objects.size(), whole.size());
    } else {
      EXPECT_EQ(cut.error().code(), ErrorCode::kAvroInvalid);
    }
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
    const Result<Container> read = ReadContainer(flipped, {});
    if (read) {
      EXPECT_LE(read->objects.size(), whole.size());
    }
  }
}

/// Gives a text in pieces of a fixed size.
class ChunkedStream final : public base::ByteStream {
 public:
  ChunkedStream(std::string_view bytes, std::size_t chunk_bytes)
      : bytes_(bytes), chunk_bytes_(chunk_bytes) {}
  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    const std::size_t size = std::min({buffer.size(), bytes_.size(), chunk_bytes_});
    std::ranges::copy(std::as_bytes(std::span(bytes_.data(), size)), buffer.begin());
    bytes_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view bytes_;
  std::size_t chunk_bytes_;
};

TEST(ContainerTest, AnyChunkingGivesTheSameObjects) {
  WriterOptions options;
  options.block_bytes = 500;
  const std::vector<Datum> data = RichData(100);
  const std::string bytes = *WriteContainer(Rich(), options, data);
  for (const std::size_t chunk_bytes : {1U, 7U, 100U, 1'000'000U}) {
    ChunkedStream stream(bytes, chunk_bytes);
    Result<ContainerReader> reader = ContainerReader::Open(stream, {});
    ASSERT_TRUE(IsOk(reader));
    for (const Datum& expected : data) {
      const Result<std::optional<Datum>> datum = reader->Next();
      ASSERT_TRUE(IsOk(datum) && datum->has_value());
      EXPECT_EQ(**datum, expected);
    }
    EXPECT_EQ(*reader->Next(), std::nullopt);
    EXPECT_EQ(*reader->Next(), std::nullopt);
  }
}

TEST(ContainerTest, SaysWhereTheFileIsDamaged) {
  WriterOptions options;
  options.codec = Codec::kNull;
  std::string bytes = *WriteContainer(Parsed(R"("string")"), options, {Datum(std::string("abc"))});
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const Result<Container> container = ReadContainer(bytes, {});
  ASSERT_TRUE(IsError(container, ErrorCode::kAvroInvalid));
  EXPECT_EQ(container.error().position().byte_offset, bytes.size() - 16);
}

TEST(ContainerTest, RefusesOtherCodecsAndOtherFiles) {
  const std::string bytes = *WriteContainer(Parsed(R"("int")"), {}, {Datum(std::int32_t{1})});
  std::string snappy = bytes;
  snappy.replace(snappy.find("deflate"), 7, "bzip2xx");
  EXPECT_TRUE(IsError(ReadContainer(snappy, {}), ErrorCode::kUnsupported));
  EXPECT_TRUE(IsError(ReadContainer("PAR1aaaaaaaaaaaaaaaaaaaaaaaaa", {}), ErrorCode::kAvroInvalid));
  EXPECT_TRUE(IsError(ReadContainer("", {}), ErrorCode::kAvroInvalid));
}

TEST(ContainerTest, KeepsItsLimits) {
  const std::vector<Datum> long_text{Datum(std::string(100'000, 'a'))};
  for (const Codec codec : {Codec::kNull, Codec::kDeflate, Codec::kZstd}) {
    WriterOptions options;
    options.codec = codec;
    const std::string bytes = *WriteContainer(Parsed(R"("string")"), options, long_text);
    ReaderOptions small_blocks;
    small_blocks.limits.block_bytes = 50'000;
    EXPECT_TRUE(IsError(ReadContainer(bytes, small_blocks), ErrorCode::kLimitExceeded));
    ReaderOptions small_strings;
    small_strings.limits.string_bytes = 99'999;
    EXPECT_TRUE(IsError(ReadContainer(bytes, small_strings), ErrorCode::kLimitExceeded));
    EXPECT_TRUE(IsOk(ReadContainer(bytes, {})));
  }
}

TEST(ContainerTest, ValuesWithoutBytesAreNotFree) {
  const Schema schema = Parsed(R"({"type": "array", "items": "null"})");
  Array nulls;
  nulls.items.resize(2000);
  const std::string bytes = *WriteContainer(schema, {}, {Datum(nulls)});
  ReaderOptions options;
  options.limits.empty_values = 1999;
  EXPECT_TRUE(IsError(ReadContainer(bytes, options), ErrorCode::kLimitExceeded));
  options.limits.empty_values = 2000;
  EXPECT_TRUE(IsOk(ReadContainer(bytes, options)));
  options.limits.object_values = 100;
  EXPECT_TRUE(IsError(ReadContainer(bytes, options), ErrorCode::kLimitExceeded));
}

TEST(ContainerTest, RefusesDataThatDoesNotFitAndGoesOn) {
  Result<ContainerWriter> writer = ContainerWriter::Create(Parsed(R"(["null", "int"])"), {});
  ASSERT_TRUE(IsOk(writer));
  EXPECT_TRUE(IsOk(writer->Append(Datum(std::int32_t{1}))));
  EXPECT_TRUE(IsError(writer->Append(Datum(std::string("1"))), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsOk(writer->Append(Datum())));
  EXPECT_TRUE(IsOk(writer->Flush()));
  EXPECT_EQ(ReadContainer(writer->TakeBytes(), {})->objects.size(), 2U);
}

TEST(ContainerTest, ReadsIntoAnotherSchema) {
  const std::string bytes = *WriteContainer(Parsed(R"("int")"), {}, {Datum(std::int32_t{5})});
  ReaderOptions options;
  options.reader_schema = Parsed(R"(["null", "double"])");
  const Result<Container> container = ReadContainer(bytes, options);
  ASSERT_TRUE(IsOk(container));
  EXPECT_EQ(container->objects[0].AsDouble(), 5.0);
  EXPECT_EQ(container->schema, *options.reader_schema);
}

TEST(ContainerTest, KeepsReservedMetadataToItself) {
  WriterOptions options;
  options.metadata = {{"avro.codec", "null"}};
  EXPECT_TRUE(
      IsError(WriteContainer(Parsed(R"("int")"), options, {}), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::avro
