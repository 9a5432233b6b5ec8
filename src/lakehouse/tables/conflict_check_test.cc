// SPDX-License-Identifier: Apache-2.0
// Conflict rules at the level of the warehouse; CommitMatrixTest runs all pairs.
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"
#include "lakehouse/tables/test_warehouse.h"

namespace healix::lakehouse::tables {
namespace {

using ::healix::testing::IsError;
using ::healix::testing::IsOk;
using ::healix::testing::TempFolder;

const TableName kTable{"main", "t"};
constexpr std::int32_t kFilePathId = 2147483546;

class ConflictCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const TableSnapshot empty = MakeTable(*warehouse_, kTable).value();
    data_ = FakeFile(warehouse_, empty, "a.parquet").value();
    other_ = FakeFile(warehouse_, empty, "b.parquet").value();
    ASSERT_TRUE(IsOk(CommitOn(*warehouse_, empty, {AppendFiles{{data_, other_}}})));
  }
  TableSnapshot Now() { return warehouse_->Load(kTable).value(); }
  /// Deletes rows of one file, with bounds as RowDeleter writes them.
  DeleteRows Deletes(const iceberg::DataFile& data, const std::string& name) {
    iceberg::DataFile file = FakeFile(warehouse_, Now(), name).value();
    file.content = iceberg::FileContent::kPositionDeletes;
    file.lower_bounds[kFilePathId] = data.path;
    file.upper_bounds[kFilePathId] = data.path;
    return {{file}, {data.path}, {}};
  }
  Result<CommitOutcome> Commit(const TableSnapshot& base, Operation operation) {
    return CommitOn(*warehouse_, base, {std::move(operation)});
  }

  TempFolder folder_;
  TestWarehouse warehouse_{base::PosixFileSystem(), folder_ / "home"};
  iceberg::DataFile data_;
  iceberg::DataFile other_;
};

TEST_F(ConflictCheckTest, ADeleteConflictsWithALaterDeleteOfTheSameFile) {
  const TableSnapshot base = Now();
  ASSERT_TRUE(IsOk(Commit(base, Deletes(data_, "d1"))));
  EXPECT_TRUE(IsError(Commit(base, Deletes(data_, "d2")), ErrorCode::kCommitConflict));
  EXPECT_TRUE(IsOk(Commit(base, Deletes(other_, "d3"))));
}

TEST_F(ConflictCheckTest, ADeleteConflictsWithARewriteOfItsFile) {
  const TableSnapshot base = Now();
  const iceberg::DataFile joined = FakeFile(warehouse_, base, "ab.parquet").value();
  ASSERT_TRUE(IsOk(Commit(base, RewriteFiles{{data_.path}, {joined}})));
  EXPECT_TRUE(IsError(Commit(base, Deletes(data_, "d1")), ErrorCode::kCommitConflict));
  EXPECT_TRUE(IsOk(Commit(base, Deletes(other_, "d2"))));
}

TEST_F(ConflictCheckTest, ARewriteConflictsWithALaterDelete) {
  const TableSnapshot base = Now();
  ASSERT_TRUE(IsOk(Commit(base, Deletes(data_, "d1"))));
  const iceberg::DataFile joined = FakeFile(warehouse_, base, "ab.parquet").value();
  EXPECT_TRUE(
      IsError(Commit(base, RewriteFiles{{data_.path}, {joined}}), ErrorCode::kCommitConflict));
  EXPECT_TRUE(IsOk(Commit(base, RewriteFiles{{other_.path}, {joined}})));
}

TEST_F(ConflictCheckTest, AnOverwriteOfEverythingConflictsWithAnAppendButNotWithCompaction) {
  const TableSnapshot base = Now();
  const iceberg::DataFile joined = FakeFile(warehouse_, base, "ab.parquet").value();
  ASSERT_TRUE(IsOk(Commit(base, RewriteFiles{{data_.path}, {joined}})));
  const iceberg::DataFile added = FakeFile(warehouse_, base, "new.parquet").value();
  const OverwriteFiles add_only{{}, {added}, OverwriteFiles::ReadSet::kWholeTable};
  EXPECT_TRUE(IsOk(Commit(base, add_only)));
  EXPECT_TRUE(IsError(Commit(base, add_only), ErrorCode::kCommitConflict));
}

TEST_F(ConflictCheckTest, AppendsGoThroughOnAnyLaterState) {
  const TableSnapshot base = Now();
  iceberg::AddColumn add{"", "x", iceberg::Primitive(iceberg::TypeId::kLong), "", {}};
  ASSERT_TRUE(IsOk(Commit(base, ChangeSchema{{add}})));
  ASSERT_TRUE(IsOk(Commit(base, DeleteRows{{}, {}, {data_.path}})));
  EXPECT_TRUE(IsOk(Commit(base, AppendFiles{{FakeFile(warehouse_, base, "c").value()}})));
  EXPECT_TRUE(IsError(Commit(base, ChangeSchema{{add}}), ErrorCode::kCommitConflict));
}

}  // namespace
}  // namespace healix::lakehouse::tables
