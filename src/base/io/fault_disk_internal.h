// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models what a disk holds and what of it would survive a crash. No faults, no locks.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/io/fault_file_system.h"

namespace healix::base {

/// Holds one file's bytes and, page by page, what the disk had before they were written.
class FaultInode final {
 public:
  explicit FaultInode(std::uint64_t page_bytes) : page_bytes_(page_bytes) {}

  const std::vector<std::byte>& content() const { return content_; }
  void Write(std::uint64_t offset, std::span<const std::byte> bytes);
  void Truncate(std::uint64_t size_bytes);
  void Sync();
  /// Models a failed fsync: the pages count as clean for the kernel but never reached the disk.
  void PoisonUnsynced();
  /// Goes back to what the disk kept.
  void Crash(CrashFate fate, std::mt19937_64& coins);

  std::chrono::system_clock::time_point modified_at;

 private:
  void Remember(std::uint64_t begin, std::uint64_t end);

  std::uint64_t page_bytes_;
  std::vector<std::byte> content_;
  std::uint64_t durable_size_ = 0;
  std::map<std::uint64_t, std::vector<std::byte>> undo_;  ///< page: bytes on the disk
  std::set<std::uint64_t> poisoned_;
};

/// Is what a name stands for; without an inode it is a folder.
struct FaultEntry {
  std::shared_ptr<FaultInode> inode;
};

/// Keeps the tree of names as programs see it and as the disk has it.
class FaultNames final {
 public:
  FaultNames();

  const FaultEntry* Find(const std::string& path) const;
  bool IsFolder(const std::string& path) const;
  std::vector<std::string> Children(const std::string& folder) const;
  /// Changes names at once; all of the changes survive a crash or none.
  using Changes = std::vector<std::pair<std::string, std::optional<FaultEntry>>>;
  void Apply(Changes changes);
  /// Makes the changes of names in a folder durable.
  void SyncFolder(const std::string& folder);
  /// Goes back to what the disk kept, and crashes the files that are still there.
  void Crash(const FaultOptions& options, std::mt19937_64& coins);
  std::uint64_t UsedBytes() const;

 private:
  using Tree = std::map<std::string, FaultEntry>;
  static void ApplyTo(Tree& tree, const Changes& changes);
  std::vector<bool> ClosedUnderOrder(std::vector<bool> chosen) const;

  Tree current_;
  Tree durable_;
  std::vector<Changes> pending_;  ///< in order; not yet durable
};

/// Returns the folder a normalised path lies in: `.` for `a`, `/` for `/a`.
std::string FolderOf(const std::string& path);

}  // namespace healix::base
