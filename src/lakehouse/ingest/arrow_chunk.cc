// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/arrow_chunk_internal.h"

namespace healix::lakehouse::ingest {
namespace {

const char* FormatOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return "u";
    case ColumnKind::kLong:
      return "l";
    case ColumnKind::kTimestamp:
      return "tsu:UTC";
    case ColumnKind::kBoolean:
      return "b";
  }
  return "n";
}

void SetBit(std::vector<std::uint8_t>& bits, std::int64_t row, bool value) {
  const auto byte = static_cast<std::size_t>(row / 8);
  if (bits.size() <= byte) bits.resize(byte + 1, 0);
  if (value) bits[byte] = static_cast<std::uint8_t>(bits[byte] | (1U << (row % 8)));
}

void ReleaseColumn(ArrowArray* array) {
  delete static_cast<ChunkColumn*>(array->private_data);
  array->release = nullptr;
}

ArrowArray ColumnArray(std::unique_ptr<ChunkColumn> column) {
  ArrowArray array{};
  array.length = column->row_count;
  array.null_count = column->null_count;
  column->buffers[0] = column->null_count == 0 ? nullptr : column->validity.data();
  if (column->kind == ColumnKind::kText) {
    column->buffers[1] = column->ends.data();
    column->buffers[2] = column->text.data();
    array.n_buffers = 3;
  } else {
    const bool is_boolean = column->kind == ColumnKind::kBoolean;
    column->buffers[1] = is_boolean ? static_cast<const void*>(column->bits.data())
                                    : static_cast<const void*>(column->numbers.data());
    array.n_buffers = 2;
  }
  array.buffers = column->buffers;
  array.release = ReleaseColumn;
  array.private_data = column.release();
  return array;
}

/// What the struct array owns beside its columns.
struct StructParts {
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> pointers;
  const void* buffers[1] = {nullptr};
};

void ReleaseStruct(ArrowArray* array) {
  auto* parts = static_cast<StructParts*>(array->private_data);
  for (ArrowArray& child : parts->arrays) {
    if (child.release != nullptr) child.release(&child);
  }
  delete parts;
  array->release = nullptr;
}

struct SchemaParts {
  std::vector<std::string> names;
  std::vector<ArrowSchema> schemas;
  std::vector<ArrowSchema*> pointers;
};

void ReleaseChildSchema(ArrowSchema* schema) { schema->release = nullptr; }

void ReleaseSchema(ArrowSchema* schema) {
  auto* parts = static_cast<SchemaParts*>(schema->private_data);
  for (ArrowSchema& child : parts->schemas) {
    if (child.release != nullptr) child.release(&child);
  }
  delete parts;
  schema->release = nullptr;
}

}  // namespace

void ChunkColumn::MarkRow(bool valid) {
  if (!valid && null_count++ == 0) {
    validity.assign(static_cast<std::size_t>(row_count / 8 + 1), 0xff);
    validity.back() = static_cast<std::uint8_t>((1U << (row_count % 8)) - 1);
  }
  if (null_count > 0) SetBit(validity, row_count, valid);
  ++row_count;
}

void ChunkColumn::ReserveLike(const ChunkColumn& other) {
  text.reserve(other.text.size());
  ends.reserve(other.ends.size());
  numbers.reserve(other.numbers.size());
}

void ChunkColumn::AppendText(std::string_view value) {
  text.append(value);
  ends.push_back(static_cast<std::int32_t>(text.size()));
  MarkRow(true);
}

void ChunkColumn::AppendNumber(std::int64_t value) {
  if (kind == ColumnKind::kBoolean) {
    SetBit(bits, row_count, value != 0);
  } else {
    numbers.push_back(value);
  }
  MarkRow(true);
}

void ChunkColumn::AppendNull() {
  if (kind == ColumnKind::kText) {
    ends.push_back(static_cast<std::int32_t>(text.size()));
  } else if (kind == ColumnKind::kBoolean) {
    SetBit(bits, row_count, false);
  } else {
    numbers.push_back(0);
  }
  MarkRow(false);
}

ArrowArray ToArrowArray(std::vector<std::unique_ptr<ChunkColumn>> columns, std::int64_t row_count) {
  auto parts = std::make_unique<StructParts>();
  parts->arrays.reserve(columns.size());
  for (auto& column : columns) parts->arrays.push_back(ColumnArray(std::move(column)));
  for (ArrowArray& child : parts->arrays) parts->pointers.push_back(&child);

  ArrowArray array{};
  array.length = row_count;
  array.n_buffers = 1;
  array.buffers = parts->buffers;
  array.n_children = static_cast<std::int64_t>(parts->pointers.size());
  array.children = parts->pointers.data();
  array.release = ReleaseStruct;
  array.private_data = parts.release();
  return array;
}

ArrowSchema ToArrowSchema(const std::vector<Column>& columns) {
  auto parts = std::make_unique<SchemaParts>();
  parts->names.reserve(columns.size());
  parts->schemas.reserve(columns.size());
  for (const Column& column : columns) {
    parts->names.push_back(column.name);
    ArrowSchema child{};
    child.format = FormatOf(column.kind);
    child.name = parts->names.back().c_str();
    child.flags = ARROW_FLAG_NULLABLE;
    child.release = ReleaseChildSchema;
    parts->schemas.push_back(child);
  }
  for (ArrowSchema& child : parts->schemas) parts->pointers.push_back(&child);

  ArrowSchema schema{};
  schema.format = "+s";
  schema.name = "";
  schema.n_children = static_cast<std::int64_t>(parts->pointers.size());
  schema.children = parts->pointers.data();
  schema.release = ReleaseSchema;
  schema.private_data = parts.release();
  return schema;
}

}  // namespace healix::lakehouse::ingest
