// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gathers rows column by column and hands them to the engine as Arrow batches.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lakehouse/engine/arrow_abi.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::ingest {

enum class ColumnKind : std::uint8_t { kText, kLong, kTimestamp, kBoolean };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::kText;
};

struct ChunkColumn;

/// Returns the columns as an Iceberg schema; all optional, ids from 1.
iceberg::Schema ToSchema(const std::vector<Column>& columns);

/// Holds rows until a batch is sealed. Rows are given cell by cell, left to right.
/// Owns     a copy of all it is given, in chunks of a few MiB that are freed while the engine
/// reads. Threads  one at a time. Limits   one text of at most 2 GiB. Example
/// RowBufferTest.StreamsWhatWasAppended
class RowBuffer final {
 public:
  explicit RowBuffer(std::vector<Column> columns);
  ~RowBuffer();
  RowBuffer(RowBuffer&&) noexcept;
  RowBuffer& operator=(RowBuffer&&) noexcept;

  RowBuffer& Text(std::string_view value);
  RowBuffer& TextOrNull(std::string_view value) { return value.empty() ? Null() : Text(value); }
  RowBuffer& Long(std::int64_t value);
  RowBuffer& Boolean(bool value) { return Long(value ? 1 : 0); }
  RowBuffer& Null();
  /// Closes a row; every column has got its cell.
  void EndRow();

  const std::vector<Column>& columns() const { return columns_; }
  std::uint64_t row_count() const { return row_count_; }

  /// Gives all rows away as a stream; the buffer is empty afterwards.
  engine::ArrowStreamOwner TakeStream();

 private:
  struct Chunk;
  ChunkColumn& NextCell();
  void CloseChunk();

  std::vector<Column> columns_;
  std::deque<std::unique_ptr<Chunk>> closed_;
  std::unique_ptr<Chunk> open_;
  std::size_t cell_ = 0;
  std::uint64_t row_count_ = 0;
};

}  // namespace healix::lakehouse::ingest
