// SPDX-License-Identifier: Apache-2.0
#include "formats/arrow_ipc/batch_messages.h"

#include <arrow/buffer.h>
#include <arrow/c/bridge.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include <algorithm>
#include <utility>

namespace healix::formats::arrow_ipc {
namespace {

/// Gathers what Arrow writes until it is taken.
class TextSink final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* data, std::int64_t bytes) override {
    text_.append(static_cast<const char*>(data), static_cast<std::size_t>(bytes));
    position_ += bytes;
    return arrow::Status::OK();
  }

  void Reserve(std::int64_t bytes) { text_.reserve(static_cast<std::size_t>(bytes)); }
  std::string Take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

/// Keeps what one message held.
class Received final : public arrow::ipc::Listener {
 public:
  arrow::Status OnSchemaDecoded(std::shared_ptr<arrow::Schema> schema) override {
    schema_ = std::move(schema);
    return arrow::Status::OK();
  }
  arrow::Status OnRecordBatchDecoded(std::shared_ptr<arrow::RecordBatch> batch) override {
    ++batches_;
    batch_ = std::move(batch);
    return arrow::Status::OK();
  }

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Returns the batch of a message that held exactly one.
  std::shared_ptr<arrow::RecordBatch> TakeOne() {
    const bool one = std::exchange(batches_, 0) == 1;
    auto batch = std::exchange(batch_, nullptr);
    return one ? batch : nullptr;
  }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int batches_ = 0;
};

Error FromArrow(const arrow::Status& status) {
  if (status.IsNotImplemented() || status.IsTypeError()) {
    return MakeError(ErrorCode::kUnsupported, "Arrow can't send a column of this type");
  }
  return MakeError(ErrorCode::kInvalidArgument, "not a batch of the Arrow schema");
}

Error NotAMessage() {
  return MakeError(ErrorCode::kInvalidArgument, "not one message of an Arrow IPC stream");
}

// The pool of the C library: libarrow's own reserves address space by the gigabyte, which counts
// against the limit of a process that has one.
arrow::ipc::IpcReadOptions ReadOptions() {
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = arrow::system_memory_pool();
  options.use_threads = false;
  return options;
}

arrow::ipc::IpcWriteOptions WriteOptions() {
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = arrow::system_memory_pool();
  options.use_threads = false;
  return options;
}

}  // namespace

struct BatchEncoder::State {
  std::shared_ptr<arrow::Schema> schema;
  std::int64_t piece_bytes = 0;
  TextSink sink;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
  std::string schema_message;
  std::shared_ptr<arrow::RecordBatch> batch;
  std::int64_t next_row = 0;

  arrow::Status Begin(ArrowSchema* taken) {
    ARROW_ASSIGN_OR_RAISE(schema, arrow::ImportSchema(taken));
    ARROW_ASSIGN_OR_RAISE(writer, arrow::ipc::MakeStreamWriter(&sink, schema, WriteOptions()));
    ARROW_ASSIGN_OR_RAISE(const auto message,
                          arrow::ipc::SerializeSchema(*schema, arrow::system_memory_pool()));
    schema_message = message->ToString();
    return arrow::Status::OK();
  }

  arrow::Result<std::string> Piece() {
    std::int64_t rows = batch->num_rows() - next_row;
    std::shared_ptr<arrow::RecordBatch> piece;
    std::int64_t bytes = 0;
    while (true) {
      piece = batch->Slice(next_row, rows);
      ARROW_RETURN_NOT_OK(arrow::ipc::GetRecordBatchSize(*piece, WriteOptions(), &bytes));
      if (bytes <= piece_bytes || rows <= 1) break;
      // As many rows as fit if all are alike, and in any case fewer.
      rows =
          std::clamp<std::int64_t>(rows * (piece_bytes / 1024) / (bytes / 1024 + 1), 1, rows - 1);
    }
    sink.Reserve(bytes);
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*piece));
    next_row += rows;
    return sink.Take();
  }
};

BatchEncoder::BatchEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchEncoder::BatchEncoder(BatchEncoder&&) noexcept = default;
BatchEncoder& BatchEncoder::operator=(BatchEncoder&&) noexcept = default;
BatchEncoder::~BatchEncoder() = default;

Result<BatchEncoder> BatchEncoder::Create(ArrowSchema* schema, std::uint64_t piece_bytes) {
  auto state = std::make_unique<State>();
  state->piece_bytes = static_cast<std::int64_t>(piece_bytes);
  const arrow::Status begun = state->Begin(schema);
  if (!begun.ok()) return FromArrow(begun);
  return BatchEncoder(std::move(state));
}

const std::string& BatchEncoder::schema_message() const { return state_->schema_message; }

Status BatchEncoder::Put(ArrowArray* batch) {
  auto imported = arrow::ImportRecordBatch(batch, state_->schema);
  if (!imported.ok()) return FromArrow(imported.status());
  state_->batch = *std::move(imported);
  state_->next_row = 0;
  return {};
}

Result<std::optional<std::string>> BatchEncoder::NextPiece() {
  if (!state_->batch) return std::optional<std::string>();
  auto piece = state_->Piece();
  if (!piece.ok()) return FromArrow(piece.status());
  if (state_->next_row >= state_->batch->num_rows()) state_->batch.reset();
  return std::optional<std::string>(*std::move(piece));
}

struct BatchDecoder::State {
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<Received> received = std::make_shared<Received>();
  arrow::ipc::StreamDecoder decoder{received, ReadOptions()};

  arrow::Status Begin(std::string message) {
    const auto bytes = static_cast<std::int64_t>(message.size());
    arrow::io::BufferReader reader(arrow::Buffer::FromString(std::move(message)));
    arrow::ipc::DictionaryMemo dictionaries;
    ARROW_ASSIGN_OR_RAISE(schema, arrow::ipc::ReadSchema(&reader, &dictionaries));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t end, reader.Tell());
    return end == bytes ? arrow::Status::OK() : arrow::Status::Invalid("more than a schema");
  }

  // The first piece repeats the schema; dictionaries come before the batch that needs them.
  std::shared_ptr<arrow::RecordBatch> BatchIn(std::string piece) {
    const arrow::Status read = decoder.Consume(arrow::Buffer::FromString(std::move(piece)));
    auto batch = received->TakeOne();
    const bool good =
        read.ok() && batch && received->schema()->Equals(*schema) && batch->ValidateFull().ok();
    return good ? batch : nullptr;
  }
};

BatchDecoder::BatchDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchDecoder::BatchDecoder(BatchDecoder&&) noexcept = default;
BatchDecoder& BatchDecoder::operator=(BatchDecoder&&) noexcept = default;
BatchDecoder::~BatchDecoder() = default;

Result<BatchDecoder> BatchDecoder::Create(std::string schema_message) {
  auto state = std::make_unique<State>();
  if (!state->Begin(std::move(schema_message)).ok()) return NotAMessage();
  return BatchDecoder(std::move(state));
}

Status BatchDecoder::ExportSchema(ArrowSchema* out) const {
  const arrow::Status exported = arrow::ExportSchema(*state_->schema, out);
  return exported.ok() ? Status() : Status(FromArrow(exported));
}

Status BatchDecoder::Decode(std::string piece, ArrowArray* out) {
  const auto batch = state_->BatchIn(std::move(piece));
  if (!batch) return NotAMessage();
  const arrow::Status exported = arrow::ExportRecordBatch(*batch, out);
  return exported.ok() ? Status() : Status(FromArrow(exported));
}

}  // namespace healix::formats::arrow_ipc
