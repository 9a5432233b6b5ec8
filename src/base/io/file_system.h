// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens, writes, syncs and renames files. Every byte healix writes goes through here.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::base {

enum class OpenMode : std::uint8_t {
  kRead,       ///< must exist
  kCreateNew,  ///< must not exist; read and write
  kReadWrite,  ///< created when absent
};

/// What a path is. `size_bytes` is 0 for folders.
struct FileInfo {
  bool is_folder = false;
  std::uint64_t size_bytes = 0;
  std::chrono::system_clock::time_point modified_at;
  bool is_private = true;  ///< only the owner may read, write or enter
};

/// Reads and writes one open file.
/// Owns     the descriptor; closed by the destructor, without a sync.
/// Threads  ReadAt from several threads; everything else from one at a time.
/// Errors   kIoFailed, kDiskFull. After a failed write the content of the range is unknown.
class File {
 public:
  virtual ~File() = default;

  /// Reads up to `buffer.size()` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> buffer) = 0;
  /// Writes all of `bytes` at `offset`, growing the file.
  virtual Status WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual Result<std::uint64_t> Size() = 0;
  virtual Status Truncate(std::uint64_t size_bytes) = 0;
  /// Returns when the bytes and the size are on the disk.
  virtual Status Sync() = 0;
};

/// Holds an advisory lock on a file; released by the destructor or the end of the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The file operations of healix. Production has one (PosixFileSystem); tests put
/// FaultFileSystem in its place, which fails, tears and forgets.
/// Threads  all members from any thread.
/// Errors   kFileNotFound, kFileExists, kPermissionDenied, kDiskFull, kIoFailed.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  /// Replaces `to` in one step; durable after SyncFolder of the folder.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file; kFileNotFound when absent.
  virtual Status Remove(const std::string& path) = 0;
  /// Makes a folder and its parents; existing ones are fine.
  virtual Status MakeFolders(const std::string& path) = 0;
  /// Lets only the owner in: mode 0700 for a folder, 0600 for a file (as new files have it).
  virtual Status MakePrivate(const std::string& path) = 0;
  /// Removes an empty folder.
  virtual Status RemoveFolder(const std::string& path) = 0;
  /// Returns when the names in the folder are on the disk.
  virtual Status SyncFolder(const std::string& path) = 0;
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  /// Returns the names in a folder, sorted, without `.` and `..`.
  virtual Result<std::vector<std::string>> List(const std::string& path) = 0;
  /// Locks a file (created when absent) against other processes; nullptr when another holds it.
  virtual Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) = 0;
};

/// Returns the file system of this machine. Lives for ever.
FileSystem& PosixFileSystem();

/// Reads a whole file of at most `bytes_max`; kLimitExceeded when it is larger.
Result<std::string> ReadFile(FileSystem& files, const std::string& path, std::uint64_t bytes_max);

/// Writes a file so that a crash leaves either nothing or all of it: temporary name beside the
/// target, write, sync, rename, sync of the folder. Replaces an existing file.
Status WriteFileDurably(FileSystem& files, const std::string& path, std::string_view content);

/// Views text as bytes and back.
inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace healix::base
