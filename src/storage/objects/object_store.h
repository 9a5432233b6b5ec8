// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps objects (data files, metadata, large records) durably below one folder.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids/randomness.h"
#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::storage::objects {

struct ObjectStoreOptions {
  std::string root;  ///< folder, absolute; made when absent
  /// What locations start with: `file:///srv/healix/warehouse` or `s3://name/prefix`, without a
  /// `/` at its end. Empty: `file://` and the root.
  std::string prefix;

  /// Errors   kInvalidArgument.
  Status Validate() const;
};

/// One object as a listing shows it.
struct ObjectInfo {
  std::string location;
  std::uint64_t size_bytes = 0;
  std::chrono::system_clock::time_point modified_at;
};

/// An object that is about to be written.
struct NewObject {
  std::string location;
  std::string bytes;
};

/// A part of an object.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length_bytes = 0;
};

/// Stores objects as files. A location is a URI that starts with the prefix; what follows is the
/// path below the root, so a warehouse moves without rewriting what its metadata says. Objects
/// never change: each gets a name of its own, and nothing is ever listed to read a table.
/// Threads  all members from any thread; one object is written by one caller.
/// Errors   kLocationOutside for a location without the prefix or with an empty, `.` or `..` part;
///          kFileNotFound, kDiskFull, kIoFailed, kPermissionDenied.
/// Example  ObjectStoreTest.KeepsWhatWasPut
class ObjectStore final {
 public:
  static Result<std::unique_ptr<ObjectStore>> Open(base::FileSystem& files,
                                                   const ObjectStoreOptions& options);

  /// Returns the prefix, without a `/` at its end.
  const std::string& prefix() const { return prefix_; }
  /// Returns the location of a path below the prefix: `raw/fhir/data/x.parquet`.
  Result<std::string> LocationOf(std::string_view relative_path) const;
  /// Returns `<folder_location>/<random uuid><ending>`, a location nobody else has.
  std::string MakeLocation(std::string_view folder_location, std::string_view ending) const;
  /// Returns where base::FileSystem finds the object.
  Result<std::string> PathOf(std::string_view location) const;
  /// Returns the location of a file below the root.
  Result<std::string> LocationAt(std::string_view path) const;

  /// Writes an object; on return it is durable. A crash leaves all of it or nothing.
  /// Errors   kFileExists when the location is taken.
  Status Put(const std::string& location, std::string_view bytes);
  /// Writes several objects in one go; on return all are durable. The files are synced at the same
  /// time, which a disk with a journal rewards, and each folder once. A crash leaves any of them by
  /// half: until a commit names them they are orphans.
  /// Errors   kFileExists when a location is taken.
  Status PutTogether(std::span<const NewObject> objects);
  /// Makes a folder, so that others (the engine) can write objects in it, and returns its path.
  /// What they write is not durable before Adopt().
  Result<std::string> PrepareFolder(const std::string& folder_location);
  /// Makes objects durable that others wrote below the root: syncs each, then each folder once.
  /// Until a commit names them they are orphans.
  Status Adopt(std::span<const std::string> locations);

  /// Reads a whole object of at most `bytes_max`; kLimitExceeded when it is larger.
  Result<std::string> Get(const std::string& location, std::uint64_t bytes_max) const;
  /// Reads a part of an object; kIoFailed when the object ends before the range does.
  Result<std::string> GetRange(const std::string& location, const ByteRange& range) const;
  Result<std::uint64_t> SizeOf(const std::string& location) const;
  Result<bool> Exists(const std::string& location) const;
  /// Removes an object; one that is absent is fine.
  Status Delete(const std::string& location);
  /// Returns all objects below a location or the prefix, sorted; for the removal of orphans only.
  Result<std::vector<ObjectInfo>> List(const std::string& folder_location) const;

 private:
  ObjectStore(base::FileSystem& files, std::string root, std::string prefix)
      : files_(files), root_(std::move(root)), prefix_(std::move(prefix)) {}
  Status SyncFolders(const std::set<std::string>& folders);
  Status MakeDurableFolders(const std::string& folder);
  Status ListInto(const std::string& folder, std::vector<ObjectInfo>& found) const;

  base::FileSystem& files_;
  const std::string root_;
  const std::string prefix_;
  std::mutex mutex_;
  std::set<std::string> durable_folders_;  ///< made and synced by this process
};

}  // namespace healix::storage::objects
