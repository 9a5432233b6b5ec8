// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets DuckDB read and write through base::FileSystem, under paths that begin with `hx://`.

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "lakehouse/engine/duckdb_internal.h"

namespace healix::lakehouse::engine {

inline constexpr std::string_view kHxPrefix = "hx://";

/// Returns `hx://` before a path of base::FileSystem, and back.
std::string ToHxPath(std::string_view path);
std::string FromHxPath(const std::string& hx_path);

/// Allows a connection to write files, and remembers which it made.
/// Threads  any.
class WriteLog final : public duckdb::ClientContextState {
 public:
  static constexpr const char* kKey = "healix_writes";

  void Add(std::string path);
  std::vector<std::string> paths() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> paths_;
};

/// Serves `hx://` paths. Only connections with a WriteLog may write, and only new files, which are
/// synced when DuckDB closes them. Nothing is removed here: the owner of the WriteLog does that.
/// Errors keep their code on the way through DuckDB (ThrowFileError).
/// Threads  as base::FileSystem.
class HxFileSystem final : public duckdb::FileSystem {
 public:
  explicit HxFileSystem(base::FileSystem& files) : files_(files) {}

  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(
      const duckdb::string& path, duckdb::FileOpenFlags flags,
      duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
            duckdb::idx_t location) override;
  int64_t Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) override;
  void Write(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
             duckdb::idx_t location) override;
  int64_t Write(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) override;
  void Truncate(duckdb::FileHandle& handle, int64_t new_size) override;
  void FileSync(duckdb::FileHandle& handle) override;
  void Seek(duckdb::FileHandle& handle, duckdb::idx_t location) override;
  duckdb::idx_t SeekPosition(duckdb::FileHandle& handle) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override;
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle& handle) override;
  duckdb::FileType GetFileType(duckdb::FileHandle& handle) override;
  bool FileExists(const duckdb::string& filename,
                  duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool DirectoryExists(const duckdb::string& directory,
                       duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void CreateDirectory(const duckdb::string& directory,
                       duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  bool TryRemoveFile(const duckdb::string& filename,
                     duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  duckdb::vector<duckdb::OpenFileInfo> Glob(const duckdb::string& path,
                                            duckdb::FileOpener* opener) override;
  // What is not a path of the machine has no other form; called at each open.
  duckdb::string CanonicalizePath(const duckdb::string& path,
                                  duckdb::optional_ptr<duckdb::FileOpener>) override {
    return path;
  }
  bool CanHandleFile(const duckdb::string& path) override { return path.starts_with(kHxPrefix); }
  bool CanSeek() override { return true; }
  bool OnDiskFile(duckdb::FileHandle&) override { return true; }
  std::string GetName() const override { return "HxFileSystem"; }

 private:
  base::FileSystem& files_;
};

}  // namespace healix::lakehouse::engine
