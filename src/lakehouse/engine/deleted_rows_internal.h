// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the rows of data files that deletes hide, and hides them from the Parquet reader.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/deletion_vector_internal.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

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

}  // namespace healix::lakehouse::engine
