// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens a record store on a SQLite file.

#include <cstdint>
#include <memory>
#include <string>

#include "base/io/file_system.h"
#include "base/result/result.h"
#include "storage/records/store.h"

namespace healix::storage::records {

struct SqliteOptions {
  std::string path;              ///< `<home>/catalog.db`; made when absent
  std::string temp_folder = {};  ///< for large rollbacks and sorts; default: beside `path`
  int readers_max = 4;           ///< reads that run at once, >= 1
  std::uint64_t cache_bytes = 64 * 1024 * 1024;  ///< page cache of the writer, >= 1 MiB
  std::size_t group_closures_max = 256;          ///< closures that share a commit, >= 1

  /// Errors   kInvalidArgument.
  Status Validate() const;
};

/// Opens the file. One thread writes: closures that wait at the same time run one after the other,
/// each in a savepoint, and share one commit and one sync. Readers don't wait for the writer.
/// All bytes go through `files`, which must outlive the store. File locks are kept inside this
/// process: the caller holds the home lock, so that no other process has the file open.
/// Errors   kRecordsDamaged when the file is not a healthy database, kIoFailed, kDiskFull.
/// Example  StoreTest.RollsBackOnlyTheClosureThatFailed
Result<std::unique_ptr<Store>> OpenSqlite(base::FileSystem& files, const SqliteOptions& options);

}  // namespace healix::storage::records
