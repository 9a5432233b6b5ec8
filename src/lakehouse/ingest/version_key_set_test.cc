// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/hash/sha256.h"
#include "base/io/file_system.h"
#include "lakehouse/ingest/version_key_set_internal.h"

namespace healix::lakehouse::ingest {
namespace {

VersionKey Version(int record, int content) {
  return KeyOf({"s", "Patient", std::to_string(record),
                base::AsText(base::Sha256Of(std::to_string(content)).bytes)});
}

TEST(VersionKeySetTest, FindsVersionsAndRecords) {
  VersionKeySet set;
  EXPECT_FALSE(set.Contains(Version(0, 0)));
  EXPECT_FALSE(set.ContainsRecord(Version(0, 0)));
  constexpr int kRecords = 5000;
  for (int record = 0; record < kRecords; ++record) {
    EXPECT_TRUE(set.Insert(Version(record, 1)));
    EXPECT_TRUE(set.Insert(Version(record, 2)));
    EXPECT_FALSE(set.Insert(Version(record, 1)));
  }
  EXPECT_EQ(set.size(), 2U * kRecords);
  for (int record = 0; record < kRecords; ++record) {
    EXPECT_TRUE(set.Contains(Version(record, 2)));
    EXPECT_FALSE(set.Contains(Version(record, 3)));
    EXPECT_TRUE(set.ContainsRecord(Version(record, 3)));
    EXPECT_FALSE(set.ContainsRecord(Version(record + kRecords, 1)));
  }
}

TEST(SeenRecordsTest, NeverForgetsARecord) {
  SeenRecords seen;
  constexpr int kRecords = 50'000;
  int needless = 0;
  for (int record = 0; record < kRecords; ++record) {
    if (seen.Insert(Version(record, 1))) ++needless;
  }
  EXPECT_LT(needless, kRecords / 1000);
  for (int record = 0; record < kRecords; ++record) {
    EXPECT_TRUE(seen.Insert(Version(record, 2)));
  }
}

}  // namespace
}  // namespace healix::lakehouse::ingest
