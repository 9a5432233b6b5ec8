// SPDX-License-Identifier: Apache-2.0
#include "formats/arrow_ipc/arrow_file.h"

#include <arrow/array/builder_primitive.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temp_folder.h"

namespace healix::formats::arrow_ipc {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using healix::testing::TempFolder;

/// Delivers `batches` batches of 3 rows; ends with an error after them when `fail` is set.
class Numbers final : public arrow::RecordBatchReader {
 public:
  enum class End { kGood, kFails };
  Numbers(int batches, End end) : left_(batches), end_(end) {}
  std::shared_ptr<arrow::Schema> schema() const override {
    return arrow::schema({arrow::field("n", arrow::int64())});
  }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    batch->reset();
    if (left_ == 0) {
      return end_ == End::kGood ? arrow::Status::OK() : arrow::Status::IOError("broken");
    }
    --left_;
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.AppendValues({1, 2, 3}));
    ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
    *batch = arrow::RecordBatch::Make(schema(), 3, {array});
    return arrow::Status::OK();
  }

 private:
  int left_;
  End end_;
};

ArrowArrayStream Export(int batches, Numbers::End end) {
  ArrowArrayStream stream{};
  const auto reader = std::make_shared<Numbers>(batches, end);
  EXPECT_TRUE(arrow::ExportRecordBatchReader(reader, &stream).ok());
  return stream;
}

TEST(ArrowFileTest, WritesWhatItReadsBack) {
  const TempFolder folder;
  for (const int batches : {0, 1, 5}) {
    ArrowArrayStream stream = Export(batches, Numbers::End::kGood);
    const auto rows = WriteArrowFile(base::PosixFileSystem(), folder / "n.arrow", &stream);
    ASSERT_TRUE(IsOk(rows));
    EXPECT_EQ(*rows, static_cast<std::uint64_t>(3 * batches));
    EXPECT_EQ(CountRows(folder / "n.arrow").value(), *rows);
  }
}

TEST(ArrowFileTest, LeavesNothingBehindAfterAnError) {
  const TempFolder folder;
  ArrowArrayStream stream = Export(2, Numbers::End::kFails);
  EXPECT_TRUE(IsError(WriteArrowFile(base::PosixFileSystem(), folder / "n.arrow", &stream),
                      ErrorCode::kQueryFailed));
  EXPECT_TRUE(base::PosixFileSystem().List(folder.path().string()).value().empty());
}

TEST(ArrowFileTest, RefusesToCountOtherFiles) {
  const TempFolder folder;
  ASSERT_TRUE(IsOk(base::WriteFileDurably(base::PosixFileSystem(), folder / "x", "no arrow")));
  EXPECT_TRUE(IsError(CountRows(folder / "x"), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::arrow_ipc
