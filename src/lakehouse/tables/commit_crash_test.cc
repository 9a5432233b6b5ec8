// SPDX-License-Identifier: Apache-2.0
// Takes the power away in the middle of commits and looks at what is left.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/io/fault_file_system.h"
#include "base/testing/matchers.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using base::FaultFileSystem;
using base::FaultOptions;
using ::healix::testing::IsError;
using ::healix::testing::IsOk;
using Names = std::set<std::string>;

const TableName kLeft{"main", "left"};
const TableName kRight{"main", "right"};
constexpr int kCommits = 8;

FaultOptions OptionsOf(std::uint64_t seed) {
  FaultOptions options;
  options.seed = seed;
  return options;
}

/// Appends a file to both tables in one commit, again and again, and notes which were
/// acknowledged; expires and compacts on the way.
class Workload final {
 public:
  explicit Workload(FaultFileSystem& disk) : disk_(disk) {}

  /// Runs until the end or the first error.
  void Run() {
    auto opened = std::make_unique<TestWarehouse>(disk_, "/home", TableOptions{.snapshots_max = 3});
    if (!opened->opened()) return;
    if (!MakeTable(**opened, kLeft) || !MakeTable(**opened, kRight)) return;
    is_made_ = true;
    for (int i = 0; i < kCommits; ++i) {
      attempted_.insert(std::to_string(i));
      if (!AppendToBoth(*opened, std::to_string(i))) return;
      acknowledged_.insert(std::to_string(i));
    }
  }

  /// Opens what survived and checks it.
  void Check() {
    TestWarehouse warehouse(disk_, "/home", TableOptions{.snapshots_max = 3});
    ASSERT_TRUE(IsOk(warehouse.opened()));
    const Names left = FilesOf(warehouse, kLeft);
    const Names right = FilesOf(warehouse, kRight);
    EXPECT_EQ(left, right) << "a commit of two tables is there by half";
    for (const std::string& name : acknowledged_) {
      EXPECT_TRUE(left.contains(name)) << "the acknowledged commit " << name << " is lost";
    }
    for (const std::string& name : left) EXPECT_TRUE(attempted_.contains(name)) << name;
    if (!is_made_) return;
    EXPECT_TRUE(AppendToBoth(warehouse, "again").has_value()) << "work goes on";
  }

 private:
  static Status AppendToBoth(TestWarehouse& warehouse, const std::string& name) {
    CommitRequest request;
    for (const TableName& table : {kLeft, kRight}) {
      HEALIX_TRY(const TableSnapshot base, warehouse->Load(table));
      HEALIX_TRY(const iceberg::DataFile file, FakeFile(warehouse, base, name));
      request.tables.push_back({table, base, {AppendFiles{{file}}}});
    }
    const auto committed = warehouse->Commit(request);
    return committed ? Status() : Status(committed.error());
  }
  static Names FilesOf(TestWarehouse& warehouse, const TableName& name) {
    const auto table = warehouse->Load(name);
    if (!table) {
      EXPECT_TRUE(IsError(table, ErrorCode::kTableNotFound));
      return {};
    }
    const auto plan = warehouse->PlanFiles(*table);
    EXPECT_TRUE(IsOk(plan)) << "a published snapshot can't be read";
    if (!plan) return {"unreadable"};
    for (const auto& file : (*plan)->files) {
      EXPECT_TRUE(warehouse.objects().Exists(file.entry.file.path).value());
    }
    return FileNames(*warehouse, *table).value();
  }

  FaultFileSystem& disk_;
  Names attempted_;
  Names acknowledged_;
  bool is_made_ = false;
};

class SyncPointCrashTest : public ::testing::TestWithParam<std::tuple<const char*, int>> {};

TEST_P(SyncPointCrashTest, KeepsWhatWasAcknowledged) {
  const auto [point, nth] = GetParam();
  FaultFileSystem disk(OptionsOf(static_cast<std::uint64_t>(nth)));
  Workload workload(disk);
  disk.CrashAtSyncPoint(point, static_cast<std::uint64_t>(nth));
  workload.Run();
  ASSERT_TRUE(disk.crashed()) << "the point was not passed";
  disk.Reopen();
  workload.Check();
}

std::string PointName(const ::testing::TestParamInfo<std::tuple<const char*, int>>& parameter) {
  std::string name = std::get<0>(parameter.param) + std::string("_") +
                     std::to_string(std::get<1>(parameter.param));
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Points, SyncPointCrashTest,
                         ::testing::Combine(::testing::Values("tables.commit.before_manifest",
                                                              "tables.commit.after_metadata",
                                                              "tables.commit.before_pointer",
                                                              "tables.commit.in_transaction",
                                                              "tables.commit.after_pointer",
                                                              "tables.commit.before_cleanup",
                                                              "tables.commit.after_cleanup"),
                                            ::testing::Values(3, 6, 9)),
                         PointName);

TEST(CommitCrashTest, KeepsWhatWasAcknowledgedAtAnyFileOperation) {
  std::uint64_t calls = 0;
  {
    FaultFileSystem disk;
    Workload(disk).Run();
    calls = disk.CallCount(base::FileOperation::kAny);
  }
  const std::uint64_t step = std::max<std::uint64_t>(calls / 60, 1);
  for (std::uint64_t nth = 1; nth < calls; nth += step) {
    SCOPED_TRACE(::testing::Message() << "call " << nth << " of " << calls);
    FaultFileSystem disk(OptionsOf(nth));
    Workload workload(disk);
    disk.CrashAtCall(base::FileOperation::kAny, nth);
    workload.Run();
    disk.Reopen();
    workload.Check();
  }
}

TEST(CommitCrashTest, AFullDiskLosesNothing) {
  FaultFileSystem disk;
  Workload workload(disk);
  disk.SetCapacity(400'000);
  workload.Run();
  disk.ClearFaults();
  workload.Check();
}

}  // namespace
}  // namespace healix::lakehouse::tables
