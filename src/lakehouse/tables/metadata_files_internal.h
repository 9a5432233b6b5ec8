// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads and writes metadata files, manifest lists and manifests; remembers the last ones.

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "lakehouse/iceberg/scan.h"
#include "storage/objects/object_store.h"

namespace healix::lakehouse::tables {

/// A file that a commit is about to write.
using PendingFile = storage::objects::NewObject;
using ManifestLines = std::vector<iceberg::ManifestFile>;

/// Reads each file once as long as it stays among the last `kCacheBytesMax`. Metadata files never
/// change, so nothing in the cache goes stale.
/// Threads  any.
class MetadataFiles final {
 public:
  static constexpr std::uint64_t kCacheBytesMax = std::uint64_t{48} << 20;
  static constexpr std::uint64_t kFileBytesMax = std::uint64_t{512} << 20;
  static constexpr std::size_t kListsMax = 16;       ///< whose lines are remembered
  static constexpr std::size_t kListLinesMax = 500;  ///< of one such list

  explicit MetadataFiles(storage::objects::ObjectStore& objects) : objects_(objects) {}

  Result<std::string> Read(const std::string& location);
  /// Returns Read() as iceberg asks for it, with files that are not written yet on top.
  /// `pending` must outlive the reader.
  iceberg::FileReader ReaderOver(const std::vector<PendingFile>& pending);
  /// Writes all files and makes them durable.
  Status WriteAll(const std::vector<PendingFile>& pending);
  /// Returns the lines of a manifest list that was among the last made, else nullptr.
  std::shared_ptr<const ManifestLines> FindLines(const std::string& list_location);
  void RememberLines(const std::string& list_location, ManifestLines lines);
  /// Removes a file; returns its size, 0 when it was not there.
  Result<std::uint64_t> Remove(const std::string& location);

 private:
  struct Cached {
    std::string bytes;
    std::list<std::string>::iterator age;
  };
  void Remember(const std::string& location, std::string bytes);

  storage::objects::ObjectStore& objects_;
  std::mutex mutex_;
  std::list<std::string> newest_first_;
  std::map<std::string, Cached> cached_;
  std::uint64_t cached_bytes_ = 0;
  std::list<std::pair<std::string, std::shared_ptr<const ManifestLines>>> lists_newest_first_;
};

}  // namespace healix::lakehouse::tables
