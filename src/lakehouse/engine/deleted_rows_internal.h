// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the rows of data files that deletes hide, and hides them from the Parquet reader.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/engine/deletion_vector_internal.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// Finds the deleted rows of one running scan's files when they are opened. Position deletes are
/// read for many files at once, since opening a small file costs more than its rows.
/// Limits   a bit per row up to the last deleted one, counted as memory of the engine.
/// Threads  FilterFor() from any thread.
class DeletedRows final {
 public:
  /// `scanned` are the indexes of the files that will be opened, in this order.
  DeletedRows(std::shared_ptr<const ScanSource> source, std::vector<std::size_t> scanned);

  /// Returns what hides the deleted rows of a file, nullptr when it has none. Throws.
  duckdb::unique_ptr<duckdb::DeleteFilter> FilterFor(std::size_t file_index);

 private:
  /// Holds memory of the engine without using its allocator. Throws when there is no more.
  class Reservation {
   public:
    Reservation(const ScanSource& source, std::size_t bytes);
    ~Reservation();
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;

   private:
    duckdb::BufferManager& memory_;
    std::size_t bytes_;
  };
  class MarkFilter;

  RowMarks PositionMarks(std::size_t file_index);
  void ReadAhead(std::size_t file_index);
  void ReadPositions(const std::set<std::string>& paths);
  std::vector<RowMarks*> MarksOf(const std::string& location, const std::string& delete_path);

  std::shared_ptr<const ScanSource> source_;
  std::vector<std::size_t> scanned_;
  std::mutex mutex_;
  std::set<std::string> read_paths_;
  std::multimap<std::string, std::size_t> scanned_by_location_;
  std::map<std::size_t, RowMarks> marks_;  // by file, of the position deletes read so far
  std::unique_ptr<Reservation> reservation_;
};

}  // namespace healix::lakehouse::engine
