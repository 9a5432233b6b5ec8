// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/result/check.h"
#include "lakehouse/ingest/arrow_chunk_internal.h"
#include "lakehouse/ingest/row_buffer_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::uint64_t kChunkBytes = std::uint64_t{2} << 20;
constexpr std::uint64_t kChunkRows = 16'384;

iceberg::TypeId TypeOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return iceberg::TypeId::kString;
    case ColumnKind::kLong:
      return iceberg::TypeId::kLong;
    case ColumnKind::kTimestamp:
      return iceberg::TypeId::kTimestampTz;
    case ColumnKind::kBoolean:
      return iceberg::TypeId::kBoolean;
  }
  return iceberg::TypeId::kUnknown;
}

}  // namespace

iceberg::Schema ToSchema(const std::vector<Column>& columns) {
  iceberg::Schema schema;
  for (const Column& column : columns) {
    iceberg::Field field;
    field.id = static_cast<std::int32_t>(schema.fields.size()) + 1;
    field.name = column.name;
    field.type = iceberg::Primitive(TypeOf(column.kind));
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

struct RowBuffer::Chunk {
  std::vector<std::unique_ptr<ChunkColumn>> columns;
  std::uint64_t row_count = 0;
  std::uint64_t bytes = 0;

  explicit Chunk(const std::vector<Column>& described) {
    for (const Column& column : described) {
      columns.push_back(std::make_unique<ChunkColumn>());
      columns.back()->kind = column.kind;
    }
  }
};

RowBuffer::RowBuffer(std::vector<Column> columns) : columns_(std::move(columns)) {}
RowBuffer::~RowBuffer() = default;
RowBuffer::RowBuffer(RowBuffer&&) noexcept = default;
RowBuffer& RowBuffer::operator=(RowBuffer&&) noexcept = default;

ChunkColumn& RowBuffer::NextCell() {
  if (!open_) {
    open_ = std::make_unique<Chunk>(columns_);
    for (std::size_t i = 0; i < columns_.size() && !closed_.empty(); ++i) {
      open_->columns[i]->ReserveLike(*closed_.back()->columns[i]);
    }
  }
  return *open_->columns[cell_++];
}

RowBuffer& RowBuffer::Text(std::string_view value) {
  NextCell().AppendText(value);
  open_->bytes += value.size() + sizeof(std::int32_t);
  return *this;
}

RowBuffer& RowBuffer::Long(std::int64_t value) {
  NextCell().AppendNumber(value);
  open_->bytes += sizeof(value);
  return *this;
}

RowBuffer& RowBuffer::Null() {
  NextCell().AppendNull();
  return *this;
}

void RowBuffer::EndRow() {
  HEALIX_CHECK(cell_ == columns_.size(), "a row has one cell per column");
  cell_ = 0;
  ++row_count_;
  ++open_->row_count;
  if (open_->row_count >= kChunkRows || open_->bytes >= kChunkBytes) CloseChunk();
}

void RowBuffer::CloseChunk() {
  if (!open_) return;
  closed_.push_back(std::move(open_));
}

engine::ArrowStreamOwner RowBuffer::TakeStream() {
  CloseChunk();
  struct State {
    std::vector<Column> columns;
    std::deque<std::unique_ptr<Chunk>> chunks;
  };
  auto state = std::make_unique<State>(State{columns_, std::move(closed_)});
  closed_.clear();
  row_count_ = 0;

  ArrowArrayStream stream{};
  stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    *out = ToArrowSchema(static_cast<State*>(self->private_data)->columns);
    return 0;
  };
  stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    auto& chunks = static_cast<State*>(self->private_data)->chunks;
    if (chunks.empty()) {
      *out = ArrowArray{};  // released: the end
      return 0;
    }
    std::unique_ptr<Chunk> chunk = std::move(chunks.front());
    chunks.pop_front();
    *out = ToArrowArray(std::move(chunk->columns), static_cast<std::int64_t>(chunk->row_count));
    return 0;
  };
  stream.get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  stream.release = [](ArrowArrayStream* self) {
    delete static_cast<State*>(self->private_data);
    self->release = nullptr;
  };
  stream.private_data = state.release();
  return engine::ArrowStreamOwner(stream);
}

}  // namespace healix::lakehouse::ingest
