// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "base/io/sync_points.h"
#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/hx_file_system_internal.h"
#include "lakehouse/engine/parquet_footer_internal.h"

namespace healix::lakehouse::engine {
namespace {

template <typename T>
T OrThrow(Result<T> result) {
  if (!result) ThrowFileError(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

/// Holds one open file and its read-write position.
class HxFileHandle final : public duckdb::FileHandle {
 public:
  HxFileHandle(HxFileSystem& system, const duckdb::string& hx_path,
               duckdb::FileOpenFlags open_flags, std::unique_ptr<base::File> opened)
      : duckdb::FileHandle(system, hx_path, open_flags),
        file(std::move(opened)),
        writes(open_flags.OpenForWriting()) {}

  void Close() override {
    if (file == nullptr) return;
    if (writes) {
      OrThrow(RemoveInt32Marks(*file));
      base::SyncPoint("engine.file.before_sync");
      OrThrow(file->Sync());
      base::SyncPoint("engine.file.after_sync");
    }
    file.reset();
  }

  std::unique_ptr<base::File> file;
  bool writes;
  std::uint64_t position = 0;
};

HxFileHandle& Of(duckdb::FileHandle& handle) { return static_cast<HxFileHandle&>(handle); }

duckdb::shared_ptr<WriteLog> WriteLogOf(duckdb::optional_ptr<duckdb::FileOpener> opener) {
  const auto context = duckdb::FileOpener::TryGetClientContext(opener);
  auto log = context ? context->registered_state->Get<WriteLog>(WriteLog::kKey) : nullptr;
  if (!log) throw duckdb::PermissionException("this connection may not write files");
  return log;
}

std::span<std::byte> Bytes(void* buffer, int64_t size) {
  return {static_cast<std::byte*>(buffer), static_cast<std::size_t>(size)};
}

}  // namespace

std::string ToHxPath(std::string_view path) { return std::string(kHxPrefix) + std::string(path); }

std::string FromHxPath(const std::string& hx_path) {
  return hx_path.starts_with(kHxPrefix) ? hx_path.substr(kHxPrefix.size()) : hx_path;
}

void WriteLog::Add(std::string path) {
  const std::lock_guard guard(mutex_);
  paths_.push_back(std::move(path));
}

std::vector<std::string> WriteLog::paths() const {
  const std::lock_guard guard(mutex_);
  return paths_;
}

duckdb::unique_ptr<duckdb::FileHandle> HxFileSystem::OpenFile(
    const duckdb::string& path, duckdb::FileOpenFlags flags,
    duckdb::optional_ptr<duckdb::FileOpener> opener) {
  duckdb::shared_ptr<WriteLog> log;
  if (flags.OpenForWriting()) log = WriteLogOf(opener);
  // Files of a lakehouse are written once: a new file must not be there yet.
  auto opened =
      files_.Open(FromHxPath(path), log ? base::OpenMode::kCreateNew : base::OpenMode::kRead);
  if (!opened) {
    if (flags.ReturnNullIfNotExists() && opened.error().code() == ErrorCode::kFileNotFound) {
      return nullptr;
    }
    ThrowFileError(opened.error());
  }
  if (log) log->Add(FromHxPath(path));
  return duckdb::make_uniq<HxFileHandle>(*this, path, flags, std::move(opened).value());
}

void HxFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
                        duckdb::idx_t location) {
  const auto got = OrThrow(Of(handle).file->ReadAt(location, Bytes(buffer, nr_bytes)));
  if (got != static_cast<std::size_t>(nr_bytes)) {
    ThrowFileError(MakeError(ErrorCode::kParquetInvalid, "{} ends before byte {}",
                             SafePath(FromHxPath(handle.path)),
                             location + static_cast<std::uint64_t>(nr_bytes)));
  }
}

int64_t HxFileSystem::Read(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) {
  HxFileHandle& hx = Of(handle);
  const auto got = OrThrow(hx.file->ReadAt(hx.position, Bytes(buffer, nr_bytes)));
  hx.position += got;
  return static_cast<int64_t>(got);
}

void HxFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes,
                         duckdb::idx_t location) {
  OrThrow(Of(handle).file->WriteAt(location, Bytes(buffer, nr_bytes)));
}

int64_t HxFileSystem::Write(duckdb::FileHandle& handle, void* buffer, int64_t nr_bytes) {
  HxFileHandle& hx = Of(handle);
  OrThrow(hx.file->WriteAt(hx.position, Bytes(buffer, nr_bytes)));
  hx.position += static_cast<std::uint64_t>(nr_bytes);
  return nr_bytes;
}

void HxFileSystem::Truncate(duckdb::FileHandle& handle, int64_t new_size) {
  OrThrow(Of(handle).file->Truncate(static_cast<std::uint64_t>(new_size)));
}

void HxFileSystem::FileSync(duckdb::FileHandle& handle) { OrThrow(Of(handle).file->Sync()); }

void HxFileSystem::Seek(duckdb::FileHandle& handle, duckdb::idx_t location) {
  Of(handle).position = location;
}

duckdb::idx_t HxFileSystem::SeekPosition(duckdb::FileHandle& handle) { return Of(handle).position; }

int64_t HxFileSystem::GetFileSize(duckdb::FileHandle& handle) {
  return static_cast<int64_t>(OrThrow(Of(handle).file->Size()));
}

duckdb::timestamp_t HxFileSystem::GetLastModifiedTime(duckdb::FileHandle& handle) {
  const base::FileInfo info = OrThrow(files_.Stat(FromHxPath(handle.path)));
  const auto since_epoch = info.modified_at.time_since_epoch();
  return duckdb::timestamp_t(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
}

duckdb::FileType HxFileSystem::GetFileType(duckdb::FileHandle&) {
  return duckdb::FileType::FILE_TYPE_REGULAR;
}

bool HxFileSystem::FileExists(const duckdb::string& filename,
                              duckdb::optional_ptr<duckdb::FileOpener>) {
  const auto info = files_.Stat(FromHxPath(filename));
  return info && !info->is_folder;
}

bool HxFileSystem::DirectoryExists(const duckdb::string& directory,
                                   duckdb::optional_ptr<duckdb::FileOpener>) {
  const auto info = files_.Stat(FromHxPath(directory));
  return info && info->is_folder;
}

void HxFileSystem::CreateDirectory(const duckdb::string& directory,
                                   duckdb::optional_ptr<duckdb::FileOpener>) {
  OrThrow(files_.MakeFolders(FromHxPath(directory)));
}

bool HxFileSystem::TryRemoveFile(const duckdb::string&, duckdb::optional_ptr<duckdb::FileOpener>) {
  // DuckDB tidies up by name, also files that were there before it.
  return false;
}

duckdb::vector<duckdb::OpenFileInfo> HxFileSystem::Glob(const duckdb::string& path,
                                                        duckdb::FileOpener*) {
  // Nothing is ever listed: a path is a file, whatever characters it has.
  return {duckdb::OpenFileInfo(path)};
}

}  // namespace healix::lakehouse::engine
