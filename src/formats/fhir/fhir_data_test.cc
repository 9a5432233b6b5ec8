// SPDX-License-Identifier: Apache-2.0
// Counts real data: what the README of the shared data says must come out, byte for byte accounted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "base/io/file_system.h"
#include "base/testing/temp_folder.h"
#include "formats/fhir/cut_all_testing.h"

namespace healix::formats::fhir {
namespace {

/// Unpacks a `.tar.zst` and counts the resources of its files by type.
std::map<std::string, std::uint64_t> CountTypes(const std::string& archive) {
  const healix::testing::TempFolder folder;
  const std::string command = "zstd -dc '" + archive + "' | tar -x -C '" + (folder / "") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!file.is_regular_file()) continue;
    const auto text = base::ReadFile(base::PosixFileSystem(), file.path().string(), 1ULL << 30);
    EXPECT_TRUE(healix::testing::IsOk(text));
    MemoryStream stream(*text, 100'000);
    const auto cutter = FhirCutter::Create(stream, {});
    EXPECT_TRUE(healix::testing::IsOk(cutter));
    for (;;) {
      const auto record = (*cutter)->Next();
      EXPECT_TRUE(healix::testing::IsOk(record));
      if (!record || !*record) break;
      const FhirRecord& got = **record;
      EXPECT_NE(got.kind, FhirRecordKind::kRejected) << file.path();
      if (got.kind != FhirRecordKind::kResource) continue;
      counts[got.resource_type] += 1;
      counts["all"] += 1;
      EXPECT_EQ(text->substr(got.offset, got.length), got.bytes);
    }
    EXPECT_EQ((*cutter)->account().total_bytes(), text->size());
  }
  return counts;
}

TEST(FhirDataTest, CountsSyntheaHiv) {
  HEALIX_SHARED_OR_SKIP(archive, "data/synthea-hiv/bundles.tar.zst");
  auto counts = CountTypes(archive);
  EXPECT_EQ(counts["all"], 39'560U);
  EXPECT_EQ(counts["Patient"], 63U);
  EXPECT_EQ(counts["Encounter"], 3'268U);
  EXPECT_EQ(counts["Observation"], 14'948U);
}

TEST(FhirDataTest, CountsSyntheaMs) {
  HEALIX_SHARED_OR_SKIP(archive, "data/synthea-ms/bundles.tar.zst");
  auto counts = CountTypes(archive);
  EXPECT_EQ(counts["all"], 5'298U);
  EXPECT_EQ(counts["Patient"], 11U);
}

}  // namespace
}  // namespace healix::formats::fhir
