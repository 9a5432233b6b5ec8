// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds some rows of one RowBuffer and turns into an Arrow array.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lakehouse/engine/arrow_abi.h"
#include "lakehouse/ingest/row_buffer_internal.h"

namespace healix::lakehouse::ingest {

/// One column of a chunk, in Arrow's layout. Text uses `text` and `ends`, the rest `numbers`.
struct ChunkColumn {
  ColumnKind kind = ColumnKind::kText;
  std::string text;
  std::vector<std::int32_t> ends{0};  ///< Arrow offsets: one more than rows
  std::vector<std::int64_t> numbers;
  std::vector<std::uint8_t> bits;      ///< values of a boolean column
  std::vector<std::uint8_t> validity;  ///< one bit per row, from the first NULL on
  std::int64_t row_count = 0;
  std::int64_t null_count = 0;
  const void* buffers[3] = {nullptr, nullptr, nullptr};

  void AppendText(std::string_view value);
  void AppendNumber(std::int64_t value);
  void AppendNull();
  /// Makes room for as much as `other` holds.
  void ReserveLike(const ChunkColumn& other);

 private:
  void MarkRow(bool valid);
};

/// Moves the columns into an Arrow struct array that owns them.
ArrowArray ToArrowArray(std::vector<std::unique_ptr<ChunkColumn>> columns, std::int64_t row_count);

/// Describes the columns as an Arrow struct.
ArrowSchema ToArrowSchema(const std::vector<Column>& columns);

}  // namespace healix::lakehouse::ingest
