// SPDX-License-Identifier: Apache-2.0
#include "base/io/fault_file_system.h"
#include "lakehouse/engine/engine_fixture.h"

namespace healix::lakehouse::engine {
namespace {

using iceberg::TypeId;
using testing::IsError;
using testing::IsOk;

iceberg::Schema OneColumn(std::string name, TypeId type) {
  iceberg::Schema schema;
  schema.fields = {MakeField(1, std::move(name), type)};
  return schema;
}

/// Writes to a disk of the test twin, which only an engine in this process can see.
class FaultyWriteTest : public EngineTest {
 protected:
  base::FileSystem& files() override { return disk_; }
  void SetUp() override {
    EngineTest::SetUp();
    ASSERT_TRUE(IsOk(disk_.MakeFolders(folder_.path().string())));
  }

  base::FaultFileSystem disk_;
};

TEST_F(FaultyWriteTest, EveryByteGoesThroughTheFileSystem) {
  const auto written = WriteSql(Write(OneColumn("i", TypeId::kInt), "twin"), "SELECT 42");
  ASSERT_TRUE(IsOk(written));
  ScanTable table;
  table.schema = OneColumn("i", TypeId::kInt);
  table.files.emplace_back();
  table.files.back().path = written->at(0).path;
  AddTable("t", std::move(table));
  EXPECT_EQ(Ask("SELECT i FROM t"), "42");
}

TEST_F(FaultyWriteTest, AFullDiskIsSaidAndLeavesNothing) {
  disk_.SetCapacity(100'000);
  WriteOptions options = Write(OneColumn("u", TypeId::kString), "full");
  options.row_group_rows = 2048;
  const auto written = WriteSql(options, "SELECT md5(i::VARCHAR) FROM range(50000) t(i)");
  EXPECT_TRUE(IsError(written, ErrorCode::kDiskFull));
  disk_.ClearFaults();
  const auto left = disk_.List(folder_.path().string());
  ASSERT_TRUE(IsOk(left));
  EXPECT_TRUE(left->empty());
  EXPECT_TRUE(IsOk(WriteSql(options, "SELECT 'x'")));
}

TEST_F(FaultyWriteTest, EveryFailingCallFailsTheWrite) {
  for (const base::FileOperation operation :
       {base::FileOperation::kOpen, base::FileOperation::kWrite, base::FileOperation::kSync}) {
    disk_.FailCall(operation, 1, ErrorCode::kIoFailed);
    EXPECT_TRUE(IsError(WriteSql(Write(OneColumn("i", TypeId::kInt), "f"), "SELECT 1"),
                        ErrorCode::kIoFailed));
    disk_.ClearFaults();
    const auto left = disk_.List(folder_.path().string());
    ASSERT_TRUE(IsOk(left));
    EXPECT_TRUE(left->empty());
  }
}

}  // namespace
}  // namespace healix::lakehouse::engine
