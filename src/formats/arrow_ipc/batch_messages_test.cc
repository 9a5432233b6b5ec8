// SPDX-License-Identifier: Apache-2.0
#include "formats/arrow_ipc/batch_messages.h"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_dict.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/c/abi.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace healix::formats::arrow_ipc {
namespace {

using healix::testing::IsError;
using healix::testing::IsOk;
using Batch = std::shared_ptr<arrow::RecordBatch>;

/// Makes `rows` rows: a number, a text and a word of a dictionary.
Batch MakeBatch(int rows) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder texts;
  arrow::StringDictionaryBuilder words;
  for (int i = 0; i < rows; ++i) {
    EXPECT_TRUE(numbers.Append(i).ok());
    EXPECT_TRUE((i % 3 == 0 ? texts.AppendNull() : texts.Append(std::string(100, 'x'))).ok());
    EXPECT_TRUE(words.Append(i % 2 == 0 ? "even" : "odd").ok());
  }
  const auto number = numbers.Finish().ValueOrDie();
  const auto text = texts.Finish().ValueOrDie();
  const auto word = words.Finish().ValueOrDie();
  return arrow::RecordBatch::Make(
      arrow::schema({arrow::field("n", number->type()), arrow::field("t", text->type()),
                     arrow::field("w", word->type())}),
      rows, {number, text, word});
}

BatchEncoder EncoderFor(const Batch& batch, std::uint64_t piece_bytes) {
  ArrowSchema schema{};
  EXPECT_TRUE(arrow::ExportSchema(*batch->schema(), &schema).ok());
  return BatchEncoder::Create(&schema, piece_bytes).value();
}

std::vector<std::string> PiecesOf(BatchEncoder& encoder, const Batch& batch) {
  ArrowArray array{};
  EXPECT_TRUE(arrow::ExportRecordBatch(*batch, &array).ok());
  EXPECT_TRUE(IsOk(encoder.Put(&array)));
  std::vector<std::string> pieces;
  while (true) {
    auto piece = encoder.NextPiece();
    EXPECT_TRUE(IsOk(piece));
    if (!piece || !piece->has_value()) return pieces;
    pieces.push_back(std::move(**piece));
  }
}

Batch Decoded(BatchDecoder& decoder, std::string piece) {
  ArrowSchema schema{};
  ArrowArray array{};
  EXPECT_TRUE(IsOk(decoder.ExportSchema(&schema)));
  EXPECT_TRUE(IsOk(decoder.Decode(std::move(piece), &array)));
  return arrow::ImportRecordBatch(&array, &schema).ValueOrDie();
}

TEST(BatchMessagesTest, BatchesArriveAsTheyWere) {
  const Batch batch = MakeBatch(1000);
  BatchEncoder encoder = EncoderFor(batch, 1 << 20);
  auto decoder = BatchDecoder::Create(encoder.schema_message());
  ASSERT_TRUE(IsOk(decoder));
  for (int round = 0; round < 2; ++round) {
    const auto pieces = PiecesOf(encoder, batch);
    ASSERT_EQ(pieces.size(), 1u);
    EXPECT_TRUE(Decoded(*decoder, pieces[0])->Equals(*batch));
  }
  EXPECT_TRUE(IsOk(encoder.NextPiece()));
}

TEST(BatchMessagesTest, LargeBatchesLeaveInPieces) {
  const Batch batch = MakeBatch(1000);
  BatchEncoder encoder = EncoderFor(batch, 8 << 10);
  auto decoder = BatchDecoder::Create(encoder.schema_message());
  ASSERT_TRUE(IsOk(decoder));
  std::int64_t row = 0;
  const auto pieces = PiecesOf(encoder, batch);
  EXPECT_GE(pieces.size(), 8u);
  for (const std::string& piece : pieces) {
    EXPECT_LE(piece.size(), std::size_t{9} << 10);
    const Batch part = Decoded(*decoder, piece);
    EXPECT_TRUE(part->Equals(*batch->Slice(row, part->num_rows())));
    row += part->num_rows();
  }
  EXPECT_EQ(row, batch->num_rows());
}

TEST(BatchMessagesTest, ARowLargerThanAPieceLeavesAlone) {
  const Batch batch = MakeBatch(3);
  BatchEncoder encoder = EncoderFor(batch, 1);
  EXPECT_EQ(PiecesOf(encoder, batch).size(), 3u);
}

TEST(BatchMessagesTest, DamagedMessagesAreRefused) {
  const Batch batch = MakeBatch(50);
  BatchEncoder encoder = EncoderFor(batch, 1 << 20);
  const std::string schema = encoder.schema_message();
  const std::string piece = PiecesOf(encoder, batch).at(0);
  EXPECT_TRUE(IsError(BatchDecoder::Create(""), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(BatchDecoder::Create(piece), ErrorCode::kInvalidArgument));
  EXPECT_TRUE(IsError(BatchDecoder::Create(schema.substr(0, schema.size() / 2)),
                      ErrorCode::kInvalidArgument));
  for (const std::string& bad :
       {std::string(), schema, piece.substr(0, piece.size() - 8), piece + piece}) {
    auto decoder = BatchDecoder::Create(schema);
    ASSERT_TRUE(IsOk(decoder));
    ArrowArray array{};
    EXPECT_TRUE(IsError(decoder->Decode(bad, &array), ErrorCode::kInvalidArgument));
  }
}

TEST(BatchMessagesTest, OffsetsOutsideTheBatchAreRefused) {
  const Batch batch = MakeBatch(50);
  BatchEncoder encoder = EncoderFor(batch, 1 << 20);
  std::string piece = PiecesOf(encoder, batch).at(0);
  // The offsets of `t` are the only ascending run of 100s: break one of them.
  const std::int32_t offsets[] = {0, 100, 200, 200};
  const auto at = piece.find(std::string(reinterpret_cast<const char*>(&offsets[1]), 12));
  ASSERT_NE(at, std::string::npos);
  piece[at + 3] = '\x7f';
  auto decoder = BatchDecoder::Create(encoder.schema_message());
  ASSERT_TRUE(IsOk(decoder));
  ArrowArray array{};
  EXPECT_TRUE(IsError(decoder->Decode(piece, &array), ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace healix::formats::arrow_ipc
