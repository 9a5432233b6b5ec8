// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the rows of data files that deletes hide, and hides them from the Parquet reader.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Marks rows of one file. Grows as far as positions ask, one bit per row.
/// Limits   positions below the record count of the file; others mark nothing.
class RowMarks final {
 public:
  explicit RowMarks(std::uint64_t row_count) : row_count_(row_count) {}

  void Mark(std::uint64_t row);
  bool IsMarked(std::uint64_t row) const {
    return row / 64 < words_.size() && (words_[row / 64] >> (row % 64) & 1) != 0;
  }
  bool Any() const { return !words_.empty(); }

 private:
  std::uint64_t row_count_;
  std::vector<std::uint64_t> words_;
};

/// Loads the deletes of one running scan when a file is opened. A position-delete file that covers
/// several data files is read once.
/// Threads  FilterFor() from any thread.
class DeletedRows final {
 public:
  explicit DeletedRows(std::shared_ptr<const ScanSource> source) : source_(std::move(source)) {}

  /// Returns what hides the deleted rows of a file, nullptr when it has none. Throws.
  duckdb::unique_ptr<duckdb::DeleteFilter> FilterFor(std::size_t file_index);

 private:
  using PositionsByLocation = std::map<std::string, std::vector<std::uint64_t>>;
  struct DeleteFile {
    std::once_flag loaded;
    PositionsByLocation positions;
  };

  const PositionsByLocation& Positions(const std::string& path);

  std::shared_ptr<const ScanSource> source_;
  std::mutex mutex_;
  std::map<std::string, DeleteFile> delete_files_;
};

/// Marks the rows of a Puffin `deletion-vector-v1` blob (with its length, magic and checksum).
/// Errors kMetadataInvalid. Limits: as many containers as the blob has bytes for.
/// Source  Iceberg Puffin specification; Roaring format specification.
Status MarkDeletionVector(std::string_view blob, RowMarks& marks);

}  // namespace healix::lakehouse::engine
