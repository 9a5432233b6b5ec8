// SPDX-License-Identifier: Apache-2.0
// Takes the power away in the middle of upkeep and looks at what is left.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/io/fault_file_system.h"
#include "base/testing/matchers.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using base::FaultFileSystem;
using ::healix::testing::IsOk;

const TableName kKept{"main", "kept"};
constexpr int kAppends = 4;
constexpr int kDropped = 3;
constexpr int kOrphans = 4;

/// A disk on which every file is a year older than the warehouse's clock says.
base::FaultOptions OldFiles(std::uint64_t seed) {
  base::FaultOptions options;
  options.seed = seed;
  options.now = [] {
    return std::chrono::system_clock::time_point(base::TestClock().Now()) -
           std::chrono::hours(24 * 365);
  };
  return options;
}

/// A warehouse with one table of small files, some tables that were dropped, and orphans.
class Upkeep final {
 public:
  explicit Upkeep(FaultFileSystem& disk) : disk_(disk) { Open(); }

  Status Fill() {
    HEALIX_TRY(const TableSnapshot kept, MakeTable(**warehouse_, kKept));
    for (int i = 0; i < kAppends; ++i) HEALIX_RETURN_IF_ERROR(Append(i));
    for (int i = 0; i < kOrphans; ++i) {
      HEALIX_RETURN_IF_ERROR(warehouse_->objects().Put(
          fmt::format("{}/data/orphan{}", kept.metadata().location, i), "nobody"));
    }
    for (int i = 0; i < kDropped; ++i) {
      const TableName name{"main", fmt::format("gone{}", i)};
      HEALIX_TRY(const TableSnapshot gone, MakeTable(**warehouse_, name));
      if (const auto dropped = CommitOn(**warehouse_, gone, {DropTable{}}); !dropped) {
        return dropped.error();
      }
    }
    return {};
  }

  Status Run() {
    const auto maintenance = MakeMaintenance(**warehouse_);
    if (const auto done = maintenance->Compact(kKept, {}); !done) return done.error();
    if (const auto done = maintenance->RemoveOrphans(kKept, {}); !done) return done.error();
    const auto purged = maintenance->PurgeDropped({});
    return purged ? Status() : Status(purged.error());
  }

  void Reopen() {
    warehouse_.reset();
    disk_.Reopen();
    Open();
    ASSERT_TRUE(IsOk(warehouse_->opened()));
  }

  /// All rows are there, from files that are there.
  void CheckKept() {
    const auto table = (*warehouse_)->Load(kKept);
    ASSERT_TRUE(IsOk(table));
    const auto plan = (*warehouse_)->PlanFiles(*table);
    ASSERT_TRUE(IsOk(plan));
    std::int64_t rows = 0;
    for (const auto& file : (*plan)->files) {
      EXPECT_TRUE(warehouse_->objects().Exists(file.entry.file.path).value());
      rows += file.entry.file.record_count;
    }
    EXPECT_EQ(rows, 10 * kAppends);
  }

  /// After a run that was not disturbed nothing is left to do.
  void CheckTidy() {
    EXPECT_TRUE((*warehouse_)->ListDropped()->empty());
    const auto objects = warehouse_->objects().List(warehouse_->objects().prefix());
    ASSERT_TRUE(IsOk(objects));
    for (const auto& object : *objects) {
      EXPECT_EQ(object.location.find("orphan"), std::string::npos) << object.location;
      EXPECT_EQ(object.location.find("gone"), std::string::npos) << object.location;
    }
  }

 private:
  void Open() {
    TableOptions options;
    options.drop_retention = std::chrono::hours(0);
    engine::EngineOptions small;
    small.threads = 1;
    small.memory_bytes_max = std::uint64_t{64} << 20;
    warehouse_ = std::make_unique<TestWarehouse>(disk_, "/home", options,
                                                 engine::Engine::Create(disk_, small).value());
  }
  Status Append(int number) {
    HEALIX_TRY(const TableSnapshot base, (*warehouse_)->Load(kKept));
    const std::string rows =
        fmt::format("SELECT i AS id FROM range({}, {}) r(i)", number * 10, number * 10 + 10);
    HEALIX_TRY(auto files,
               DataFileWriter(**warehouse_)
                   .Write(TargetOf(base),
                          engine::SqlSource{std::make_shared<const engine::Scope>(), rows}));
    const auto done = CommitOn(**warehouse_, base, {AppendFiles{std::move(files)}});
    return done ? Status() : Status(done.error());
  }

  FaultFileSystem& disk_;
  std::unique_ptr<TestWarehouse> warehouse_;
};

/// Where the power goes, at which pass, and the seed of what then survives.
struct CrashAt {
  const char* point;
  std::uint64_t pass;
  std::uint64_t seed;
};

class UpkeepCrashTest : public ::testing::TestWithParam<CrashAt> {};

TEST_P(UpkeepCrashTest, LosesNothingAndIsDoneByTheNextRun) {
  FaultFileSystem disk(OldFiles(GetParam().seed));
  Upkeep upkeep(disk);
  ASSERT_TRUE(IsOk(upkeep.Fill()));
  disk.CrashAtSyncPoint(GetParam().point, GetParam().pass);
  EXPECT_FALSE(upkeep.Run()) << "the power was gone";
  ASSERT_TRUE(disk.crashed()) << "the point was not passed";
  upkeep.Reopen();
  upkeep.CheckKept();
  ASSERT_TRUE(IsOk(upkeep.Run()));
  upkeep.CheckKept();
  upkeep.CheckTidy();
}

std::string PointName(const ::testing::TestParamInfo<CrashAt>& info) {
  std::string name = fmt::format("{}_{}_{}", info.param.point, info.param.pass, info.param.seed);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::vector<CrashAt> EachPointThrice() {
  std::vector<CrashAt> crashes;
  for (const std::uint64_t n : {1, 2, 3}) {
    crashes.push_back({"tables.orphans.before_remove", n, n});
    crashes.push_back({"tables.purge.after_pointer", n, n});
    crashes.push_back({"tables.compact.before_commit", 1, n});
  }
  return crashes;
}

INSTANTIATE_TEST_SUITE_P(Points, UpkeepCrashTest, ::testing::ValuesIn(EachPointThrice()),
                         PointName);

}  // namespace
}  // namespace healix::lakehouse::tables
