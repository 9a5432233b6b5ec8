// SPDX-License-Identifier: Apache-2.0
// Reads files of another Avro program and writes them again with each codec. By default they come
// from testdata/ and go to a temporary folder; test/functional/avro names a folder in
// HEALIX_AVRO_EXCHANGE, puts fastavro's files into its in/ and judges what comes out in out/.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/io/file_system.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "formats/avro/container_reader.h"
#include "formats/avro/container_writer.h"

namespace healix::formats::avro {
namespace {

namespace fs = std::filesystem;
using healix::testing::IsOk;

constexpr std::uint64_t kFileBytesMax = 64 << 20;

std::string ReadWhole(const fs::path& path) {
  Result<std::string> bytes = base::ReadFile(base::PosixFileSystem(), path.string(), kFileBytesMax);
  EXPECT_TRUE(IsOk(bytes)) << path;
  return std::move(bytes).value_or("");
}

/// `x.avro` is read with the schema in `x.reader.json` if that is there.
ReaderOptions OptionsBeside(const fs::path& path) {
  ReaderOptions options;
  const fs::path reader_schema = fs::path(path).replace_extension(".reader.json");
  if (fs::exists(reader_schema)) {
    Result<Schema> schema = Schema::Parse(ReadWhole(reader_schema));
    EXPECT_TRUE(IsOk(schema)) << reader_schema;
    if (schema) options.reader_schema = *std::move(schema);
  }
  return options;
}

void Exchange(const fs::path& path, const fs::path& out) {
  const Result<Container> container = ReadContainer(ReadWhole(path), OptionsBeside(path));
  ASSERT_TRUE(IsOk(container)) << path;
  WriterOptions options;
  for (const auto& [key, value] : container->metadata) {
    if (!key.starts_with("avro.")) options.metadata[key] = value;
  }
  for (const Codec codec : {Codec::kNull, Codec::kDeflate, Codec::kZstd}) {
    options.codec = codec;
    const auto bytes = WriteContainer(container->schema, options, container->objects);
    ASSERT_TRUE(IsOk(bytes)) << path;
    const std::string name = path.stem().string() + "." + std::string(CodecName(codec)) + ".avro";
    ASSERT_TRUE(
        IsOk(base::WriteFileDurably(base::PosixFileSystem(), (out / name).string(), *bytes)));
    const Result<Container> again = ReadContainer(*bytes, {});
    ASSERT_TRUE(IsOk(again)) << path;
    EXPECT_EQ(again->objects, container->objects) << path;
    EXPECT_EQ(again->schema, container->schema) << path;
  }
}

TEST(ExchangeTest, RewritesFilesOfAnotherProgram) {
  const healix::testing::TempFolder temporary;
  const char* given = std::getenv("HEALIX_AVRO_EXCHANGE");
  const fs::path in = given != nullptr ? fs::path(given) / "in" : fs::path(HEALIX_TESTDATA);
  const fs::path out = given != nullptr ? fs::path(given) / "out" : temporary.path();
  int count = 0;
  for (const auto& entry : fs::directory_iterator(in)) {
    if (entry.path().extension() != ".avro") continue;
    Exchange(entry.path(), out);
    ++count;
  }
  EXPECT_GT(count, 0) << "no files in " << in;
}

TEST(ExchangeTest, ReadsEveryAvroFileOfTheConformanceTables) {
  const char* unpacked = std::getenv("HEALIX_ICEBERG_TABLES");
  if (unpacked == nullptr) GTEST_SKIP() << "HEALIX_ICEBERG_TABLES names no unpacked tables";
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(unpacked)) {
    if (entry.path().extension() != ".avro") continue;
    EXPECT_TRUE(IsOk(ReadContainer(ReadWhole(entry.path()), {}))) << entry.path();
    ++count;
  }
  std::printf("read %d Avro files\n", count);
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace healix::formats::avro
