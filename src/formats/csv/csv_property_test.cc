// SPDX-License-Identifier: Apache-2.0
// Properties of random CSV: read whole or in small reads it gives the same rows, every byte stands
// in one class and rows lie one behind the other; damage behind them takes no whole row away.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "formats/csv/csv_reader.h"
#include "formats/cutting/memory_stream.h"

namespace healix::formats::csv {
namespace {

constexpr std::string_view kPieces[] = {"a",        "b c",  "1",  ",",    ";",  "\"",
                                        "\"\"",     "\n",   "\n", "\r\n", "\r", "\xFC",
                                        "\xC3\xBC", "\xC3", " ",  ",,"};

struct Reading {
  std::vector<std::string> rows;
  std::string code = "none";  ///< of the error that ended it
  std::uint64_t total_bytes = 0;
};

Reading Read(base::ByteStream& stream, TextEncoding fallback) {
  CsvOptions options;
  options.fallback = fallback;
  options.row_bytes_max = 40;
  const auto reader = CsvReader::Create(stream, options);
  if (!reader) return {{}, "header: " + std::string(Name(reader.error().code())), 0};
  Reading reading;
  std::uint64_t end = 0;
  while (true) {
    const auto row = (*reader)->Next();
    if (!row) reading.code = Name(row.error().code());
    if (!row || !*row) break;
    EXPECT_GE((*row)->offset, end);
    end = (*row)->offset + (*row)->length;
    std::string text = std::to_string((*row)->offset) + "+" + std::to_string((*row)->length) + ":";
    for (const std::string_view field : (*row)->fields) text.append(field).push_back('|');
    if ((*row)->rejection) text += Name((*row)->rejection->error.code());
    reading.rows.push_back(text);
  }
  reading.total_bytes = (*reader)->account().total_bytes();
  return reading;
}

TEST(CsvPropertyTest, RowsAreTheSameInAnyReadsAndEveryByteCounts) {
  const char* given = std::getenv("HEALIX_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("HEALIX_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 1000 && !::testing::Test::HasFailure(); ++round) {
    std::string text = "a,b\n";
    for (auto left = random() % 25; left > 0; --left) text += kPieces[random() % 16];
    const TextEncoding fallback =
        random() % 2 == 0 ? TextEncoding::kUtf8 : TextEncoding::kWindows1252;
    MemoryStream at_once(text);
    const Reading whole = Read(at_once, fallback);
    EXPECT_EQ(whole.total_bytes, text.size()) << text;
    MemoryStream in_parts(text, 1 + random() % 5);
    const Reading parts = Read(in_parts, fallback);
    EXPECT_EQ(parts.rows, whole.rows) << text;
    EXPECT_EQ(parts.total_bytes, text.size()) << text;
    DamagedStream broken(text, 1 + random() % 5);
    const Reading damaged = Read(broken, fallback);
    EXPECT_EQ(damaged.code, "ARCHIVE_INVALID") << text;
    EXPECT_EQ(damaged.total_bytes, text.size()) << text;
    EXPECT_EQ(damaged.rows.size(), whole.rows.size()) << text;
    for (std::size_t i = 0; i + 1 < whole.rows.size(); ++i) {
      EXPECT_EQ(damaged.rows.at(i), whole.rows[i]) << text;
    }
  }
}

}  // namespace
}  // namespace healix::formats::csv
