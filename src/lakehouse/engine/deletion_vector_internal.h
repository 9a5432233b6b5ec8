// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Marks deleted rows of one file and reads Iceberg v3 deletion vectors.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::lakehouse::engine {

/// Marks rows of one file, one bit per row up to the last marked one.
/// Limits   rows at or above the row count of the file mark nothing.
class RowMarks final {
 public:
  explicit RowMarks(std::uint64_t row_count) : row_count_(row_count) {}

  void Mark(std::uint64_t row) {
    if (row >= row_count_) return;
    if (row / 64 >= words_.size()) words_.resize(row / 64 + 1);
    words_[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  bool IsMarked(std::uint64_t row) const { return (Word(row / 64) >> (row % 64) & 1) != 0; }
  /// Returns the marks of 64 rows from `row` on, that of `row` in the lowest bit.
  std::uint64_t MarksFrom(std::uint64_t row) const {
    const std::uint64_t low = Word(row / 64) >> (row % 64);
    return row % 64 == 0 ? low : low | Word(row / 64 + 1) << (64 - row % 64);
  }
  bool Any() const { return !words_.empty(); }
  std::size_t bytes() const { return words_.size() * sizeof(std::uint64_t); }

 private:
  std::uint64_t Word(std::uint64_t index) const {
    return index < words_.size() ? words_[index] : 0;
  }

  std::uint64_t row_count_;
  std::vector<std::uint64_t> words_;
};

/// Marks the rows of a Puffin `deletion-vector-v1` blob (with its length, magic and checksum).
/// Errors   kMetadataInvalid; rows before the damage may be marked then.
/// Source   Iceberg Puffin specification; Roaring format specification.
/// Example  DeletionVectorTest.ReadsArraysBitmapsAndRuns
Status MarkDeletionVector(std::string_view blob, RowMarks& marks);

}  // namespace healix::lakehouse::engine
