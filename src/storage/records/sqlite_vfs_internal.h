// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets SQLite do its file work through base::FileSystem.

#include <memory>
#include <optional>
#include <string>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::storage::records {

/// Registers a VFS for one database file and takes it back. Its connections must be closed first.
/// Owns     the locks and the WAL index of the file, which lie in memory.
/// Threads  any.
class SqliteVfs final {
 public:
  /// Temporary files (large rollbacks, sorts) are named `<temp_prefix><number>` and end with their
  /// use. No other VFS may have the same prefix.
  SqliteVfs(base::FileSystem& files, std::string temp_prefix);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  /// The name to open a connection with.
  const char* name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns and forgets the last failure of a file operation on this thread: SQLite passes on a
/// number only, this is the Error it came from.
std::optional<Error> TakeVfsError();

}  // namespace healix::storage::records
