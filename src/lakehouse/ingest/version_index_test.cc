// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hash/sha256.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/version_index_internal.h"
#include "storage/records/on_each_database.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;
using storage::records::Transaction;
using testing::IsError;
using testing::IsOk;

constexpr VersionRunLimits kSmallRuns{.block_keys = 7, .blocks_max = 20, .runs_max = 100};

VersionKey Version(int record, int content = 0) {
  return KeyOf({"s", "Patient", std::to_string(record),
                base::AsText(base::Sha256Of(std::to_string(content)).bytes)});
}

std::vector<VersionKey> Versions(int begin, int end) {
  std::vector<VersionKey> keys;
  for (int record = begin; record < end; ++record) keys.push_back(Version(record));
  return keys;
}

class VersionIndexTest : public storage::records::OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(IsOk(MigrateIngest(store())));
  }

  Status Insert(VersionWriter& writer, const std::vector<VersionKey>& keys) {
    const auto run =
        store().Write([&](Transaction& transaction) { return writer.Insert(transaction, keys); });
    if (!run) return run.error();
    writer.NoteCommitted(*run);
    return {};
  }

  std::size_t CountFound(const std::vector<VersionKey>& keys) {
    const auto found = store().Read([&](Reader& reader) { return FindStored(reader, keys); });
    EXPECT_TRUE(IsOk(found));
    return found ? found->size() : 0;
  }

  bool IsKnown(const VersionKey& key) {
    const auto has = store().Read([&](Reader& reader) { return HasRecord(reader, key); });
    EXPECT_TRUE(IsOk(has));
    return has && *has;
  }

  std::int64_t CountRows(const std::string& table) {
    const auto row = store().Read(
        [&](Reader& reader) { return reader.QueryFirst("SELECT COUNT(*) FROM " + table); });
    EXPECT_TRUE(IsOk(row));
    return (*row)->Int(0);
  }
};

TEST_P(VersionIndexTest, FindsKeysBeforeAndAfterASweep) {
  VersionWriter writer(kSmallRuns);
  constexpr int kStep = 30;
  std::int64_t in_table = 0;
  for (int end = kStep; end <= 20 * kStep; end += kStep) {
    ASSERT_TRUE(IsOk(Insert(writer, Versions(end - kStep, end))));
    EXPECT_EQ(CountFound(Versions(0, end)), static_cast<std::size_t>(end));
    EXPECT_EQ(CountFound(Versions(end, end + kStep)), 0U);
    EXPECT_TRUE(IsKnown(Version(0, 1)));
    EXPECT_TRUE(IsKnown(Version(end - 1, 1)));
    EXPECT_FALSE(IsKnown(Version(end, 1)));
    EXPECT_LT(CountRows("ingest_version_runs"), kSmallRuns.blocks_max);
    in_table = CountRows("ingest_versions");
    EXPECT_LE(in_table, end);
  }
  EXPECT_GT(in_table, 0);
}

TEST_P(VersionIndexTest, RefusesWhatAnotherHasStored) {
  for (const VersionRunLimits limits : {VersionRunLimits(), VersionRunLimits{8, 1, 64}}) {
    VersionWriter one(limits);
    VersionWriter other(limits);
    const int from = limits.blocks_max == 1 ? 1000 : 0;
    ASSERT_TRUE(IsOk(Insert(one, Versions(from, from + 50))));
    EXPECT_TRUE(
        IsError(Insert(other, Versions(from + 49, from + 60)), ErrorCode::kRecordsConflict));
    ASSERT_TRUE(IsOk(Insert(other, Versions(from + 50, from + 60))));
    // The first doesn't know of the other's run: it looks again.
    EXPECT_TRUE(IsError(Insert(one, Versions(from + 59, from + 70)), ErrorCode::kRecordsConflict));
    ASSERT_TRUE(IsOk(Insert(one, Versions(from + 60, from + 70))));
    EXPECT_EQ(CountFound(Versions(from, from + 80)), 70U);
  }
}

TEST_P(VersionIndexTest, ManySmallRunsAreSweptToo) {
  VersionWriter writer({.block_keys = 7, .blocks_max = 100, .runs_max = 5});
  for (int record = 0; record < 12; ++record) {
    ASSERT_TRUE(IsOk(Insert(writer, {Version(record, 2), Version(record, 1)})));
    EXPECT_LE(CountRows("ingest_version_runs"), 5);
    EXPECT_EQ(CountFound({Version(record, 1), Version(record, 2), Version(record, 3)}), 2U);
  }
  EXPECT_GT(CountRows("ingest_versions"), 0);
  for (int record = 0; record < 12; ++record) EXPECT_TRUE(IsKnown(Version(record, 9)));
}

TEST_P(VersionIndexTest, RefusesAKeyTwiceInABatch) {
  VersionWriter writer;
  EXPECT_TRUE(
      IsError(Insert(writer, {Version(1), Version(2), Version(1)}), ErrorCode::kRecordsConflict));
  EXPECT_TRUE(IsOk(Insert(writer, {Version(1), Version(2)})));
}

TEST_P(VersionIndexTest, ARunThatWasRolledBackLeavesNothing) {
  VersionWriter writer(kSmallRuns);
  ASSERT_TRUE(IsOk(Insert(writer, Versions(0, 130))));
  const auto failed = store().Write([&](Transaction& transaction) -> Status {
    HEALIX_TRY(const RunNumber run, writer.Insert(transaction, Versions(130, 200)));
    EXPECT_GT(run, 0);
    return MakeError(ErrorCode::kCancelled, "not this time");
  });
  EXPECT_TRUE(IsError(failed, ErrorCode::kCancelled));
  EXPECT_EQ(CountFound(Versions(0, 200)), 130U);
  EXPECT_TRUE(IsOk(Insert(writer, Versions(130, 200))));
  EXPECT_EQ(CountFound(Versions(0, 200)), 200U);
}

HEALIX_ON_EACH_DATABASE(VersionIndexTest);

}  // namespace
}  // namespace healix::lakehouse::ingest
