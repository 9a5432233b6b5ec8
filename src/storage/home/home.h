// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Makes, locks and opens a home: the folder in which one healix keeps all it has.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::storage::home {

/// The format this program writes. It migrates older homes and refuses newer ones.
inline constexpr int kFormat = 1;

/// Where things lie in a home.
struct HomeLayout {
  std::string root;

  std::string FormatFile() const { return root + "/format"; }
  std::string IdFile() const { return root + "/id"; }
  std::string LockFile() const { return root + "/lock"; }
  /// The SQLite file of a concern: `catalog`, `jobs`.
  std::string StoreFile(std::string_view concern) const {
    return root + "/" + std::string(concern) + ".db";
  }
  std::string SettingsFile() const { return root + "/settings.yaml"; }
  std::string KeysFolder() const { return root + "/keys"; }  ///< mode 0700, files 0600
  std::string WarehouseFolder() const { return root + "/warehouse"; }
  std::string TempFolder() const { return root + "/tmp"; }  ///< emptied when the home is opened
  std::string QuarantineFolder() const { return root + "/quarantine"; }
  std::string LogFolder() const { return root + "/log"; }
};

/// Holds an open home and its lock.
/// Owns     the exclusive lock of the folder; let go by the destructor or the end of the process.
/// Threads  immutable after Open().
/// Example  HomeTest.OneProcessAtATime
class Home final {
 public:
  /// Makes a home. A folder that is a home already stays as it is; what a crash interrupted is
  /// finished.
  /// Errors   kHomeFolderForeign when the folder holds other things, kHomeTooNew, kIoFailed ...
  static Status Create(base::FileSystem& files, const std::string& folder);

  /// Waits up to `lock_wait` for the lock, migrates an older format, gives the home an id when it
  /// is opened the first time, and empties the temporary folder. Errors   kHomeNotFound, kHomeInUse
  /// (names the process), kHomeTooNew, kRecordsDamaged when
  ///          the format file can't be read as a number or the id file as an id, kIoFailed ...
  static Result<std::unique_ptr<Home>> Open(base::FileSystem& files, const std::string& folder,
                                            std::chrono::milliseconds lock_wait);

  const HomeLayout& layout() const { return layout_; }
  /// Returns what tells this home from all others, wherever it is moved: 32 hexadecimal digits.
  const std::string& id() const { return id_; }

 private:
  Home(HomeLayout layout, std::string id, std::unique_ptr<base::FileLock> lock)
      : layout_(std::move(layout)), id_(std::move(id)), lock_(std::move(lock)) {}

  HomeLayout layout_;
  std::string id_;
  std::unique_ptr<base::FileLock> lock_;
};

}  // namespace healix::storage::home
