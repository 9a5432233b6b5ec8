// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Plays a disk in memory that fails, fills up, tears and forgets. For tests.

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "base/io/file_system.h"

namespace healix::base {

/// What becomes of that which was written but not synced when the power goes.
enum class CrashFate : std::uint8_t {
  kRandom,   ///< each page and each name by a coin of the seed: tears, lost and kept parts
  kLoseAll,  ///< the most forgetful disk
  kKeepAll,  ///< the most faithful one
};

struct FaultOptions {
  std::uint64_t seed = 1;          ///< same seed and same calls: same outcome
  std::uint64_t page_bytes = 512;  ///< what survives or is lost as one piece; 512 or 4096
  CrashFate pages = CrashFate::kRandom;
  CrashFate names = CrashFate::kRandom;
  /// Gives FileInfo::modified_at; the machine's clock when empty.
  std::function<std::chrono::system_clock::time_point()> now;
};

enum class FileOperation : std::uint8_t {
  kAny,
  kOpen,
  kRead,
  kWrite,
  kSize,
  kTruncate,
  kSync,
  kRename,
  kRemove,
  kMakeFolders,
  kRemoveFolder,
  kSyncFolder,
  kStat,
  kList,
  kLock,
};

/// Behaves like a strict POSIX disk. Bytes are safe after File::Sync; a new, renamed or removed
/// name is safe after SyncFolder of its folder, and only then (real file systems forgive more).
/// Name changes that touch the same path keep their order; others are lost independently.
/// A failed Sync leaves its pages unsafe until they are written again, as on Linux.
/// A failed write has written the first half; a full disk takes what fits.
/// Paths are normalised; `/` and `.` are there from the start.
/// Owns     all content, in memory.
/// Threads  any.
/// Example  FaultFileSystemTest.UnsyncedBytesAreTornInPages
class FaultFileSystem final : public FileSystem {
 public:
  explicit FaultFileSystem(FaultOptions options = {});
  /// Disarms its sync point.
  ~FaultFileSystem() override;

  /// Fails the n-th call (from 1, counted from now) of a kind with `code`. Plans add up.
  void FailCall(FileOperation operation, std::uint64_t nth, ErrorCode code);
  /// Crashes in place of the n-th call (from 1, counted from now) of a kind.
  void CrashAtCall(FileOperation operation, std::uint64_t nth);
  /// Crashes when the n-th sync point (from 1, counted from now) of that name is passed; `*` for
  /// any. One plan per process: arming takes the process-wide hook of sync_points.h.
  void CrashAtSyncPoint(const std::string& name, std::uint64_t nth);
  /// Fills the disk: writes that need more in total fail with kDiskFull.
  void SetCapacity(std::uint64_t bytes);
  /// Forgets all plans; the capacity is unlimited again.
  void ClearFaults();

  /// Takes the power away. Until Reopen() everything fails with kIoFailed; files and locks that
  /// were open stay dead for ever.
  void Crash();
  bool crashed() const;
  /// Brings the disk back with what survived. Faults are cleared.
  void Reopen();
  /// Returns how many calls of a kind were made since construction.
  std::uint64_t CallCount(FileOperation operation) const;

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status MakeFolders(const std::string& path) override;
  /// Changes nothing: everything on this disk is private.
  Status MakePrivate(const std::string& path) override;
  Status RemoveFolder(const std::string& path) override;
  Status SyncFolder(const std::string& path) override;
  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override;

 private:
  struct State;
  class OpenFile;
  class HeldLock;
  std::shared_ptr<State> state_;
};

}  // namespace healix::base
