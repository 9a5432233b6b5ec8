// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes lines to one file per resource type, through a bounded buffer each.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"

namespace healix::data_engineering::synthetic {

/// Collects lines for `<folder>/<Type>.ndjson`. Errors are kept and told by Finish(), so that
/// writing a line has no result of its own.
class NdjsonFolder final {
 public:
  struct TypeCount {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
  };

  NdjsonFolder(base::FileSystem& files, std::string folder)
      : files_(files), folder_(std::move(folder)) {}

  void AddLine(std::string_view type, std::string_view line);
  /// The first error so far.
  const Status& status() const { return status_; }
  /// Writes what is left and syncs all files.
  Status Finish();
  /// Returns the counts by type.
  std::map<std::string, TypeCount> Counts() const;

 private:
  struct TypeFile {
    std::unique_ptr<base::File> file;
    std::string buffer;
    TypeCount count;
    std::uint64_t written_bytes = 0;
  };

  TypeFile* FileOf(std::string_view type);
  void Flush(TypeFile& file);

  base::FileSystem& files_;
  const std::string folder_;
  std::map<std::string, TypeFile, std::less<>> types_;
  Status status_;
};

}  // namespace healix::data_engineering::synthetic
