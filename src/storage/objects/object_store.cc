// SPDX-License-Identifier: Apache-2.0
#include "storage/objects/object_store.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/ids/uuid.h"
#include "base/io/sync_points.h"

namespace healix::storage::objects {
namespace {

/// Says whether each part between slashes names something below: not empty, `.` or `..`, no
/// control character, no `?` or `#`, which end the path of a URI.
bool IsCleanPath(std::string_view path) {
  const bool plain = std::none_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '?' || c == '#' || c == '\\';
  });
  if (!plain) return false;
  for (;;) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
}

Error Outside(std::string_view what) {
  return MakeError(ErrorCode::kLocationOutside, "{} is not a place in the warehouse",
                   SafePath(what));
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Syncs all files at the same time; returns the first failure.
Status SyncTogether(const std::vector<std::unique_ptr<base::File>>& files) {
  std::vector<Status> outcomes(files.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < files.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = files[i]->Sync(); });
  }
  if (!files.empty()) outcomes[0] = files[0]->Sync();
  for (std::thread& thread : threads) thread.join();
  for (const Status& outcome : outcomes) HEALIX_RETURN_IF_ERROR(outcome);
  return {};
}

}  // namespace

Status ObjectStoreOptions::Validate() const {
  if (root.size() < 2 || root.front() != '/' || !IsCleanPath(root.substr(1))) {
    return MakeError(ErrorCode::kInvalidArgument, "{} can't hold a warehouse", SafePath(root));
  }
  if (prefix.empty()) return {};
  const bool is_file = prefix.starts_with("file:///");
  const bool is_s3 = prefix.starts_with("s3://");
  if ((!is_file && !is_s3) || !IsCleanPath(prefix.substr(is_file ? 8 : 5))) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a warehouse prefix is file:///path or s3://name/path, not {}",
                     SafePath(prefix));
  }
  return {};
}

Result<std::unique_ptr<ObjectStore>> ObjectStore::Open(base::FileSystem& files,
                                                       const ObjectStoreOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<ObjectStore> store(new ObjectStore(
      files, options.root, options.prefix.empty() ? "file://" + options.root : options.prefix));
  HEALIX_RETURN_IF_ERROR(files.MakeFolders(options.root));
  HEALIX_RETURN_IF_ERROR(files.SyncFolder(FolderOf(options.root) + "/"));
  return store;
}

Result<std::string> ObjectStore::LocationOf(std::string_view relative_path) const {
  if (!IsCleanPath(relative_path)) return Outside(relative_path);
  return prefix_ + "/" + std::string(relative_path);
}

std::string ObjectStore::MakeLocation(std::string_view folder_location,
                                      std::string_view ending) const {
  const base::Uuid id = base::MakeUuidV4(base::SystemRandomness());
  return std::string(folder_location) + "/" + id.ToString() + std::string(ending);
}

Result<std::string> ObjectStore::PathOf(std::string_view location) const {
  if (!location.starts_with(prefix_)) return Outside(location);
  const std::string_view rest = location.substr(prefix_.size());
  if (rest.empty() || rest.front() != '/' || !IsCleanPath(rest.substr(1))) return Outside(location);
  return root_ + std::string(rest);
}

Result<std::string> ObjectStore::LocationAt(std::string_view path) const {
  if (!path.starts_with(root_ + "/")) return Outside(path);
  return LocationOf(path.substr(root_.size() + 1));
}

/// Makes a folder below the root; it and all above it are found again after a crash.
Status ObjectStore::MakeDurableFolders(const std::string& folder) {
  {
    const std::lock_guard lock(mutex_);
    if (durable_folders_.contains(folder)) return {};
  }
  HEALIX_RETURN_IF_ERROR(files_.MakeFolders(folder));
  for (std::string above = folder; above.size() > root_.size(); above = FolderOf(above)) {
    HEALIX_RETURN_IF_ERROR(files_.SyncFolder(FolderOf(above)));
  }
  const std::lock_guard lock(mutex_);
  durable_folders_.insert(folder);
  return {};
}

Status ObjectStore::Put(const std::string& location, std::string_view bytes) {
  HEALIX_TRY(const std::string path, PathOf(location));
  HEALIX_RETURN_IF_ERROR(MakeDurableFolders(FolderOf(path)));
  if (files_.Stat(path)) {
    return MakeError(ErrorCode::kFileExists, "{} is there already", SafePath(location));
  }
  return base::WriteFileDurably(files_, path, bytes);
}

Status ObjectStore::PutTogether(std::span<const NewObject> objects) {
  std::vector<std::unique_ptr<base::File>> written;
  std::set<std::string> folders;
  for (const NewObject& object : objects) {
    HEALIX_TRY(const std::string path, PathOf(object.location));
    HEALIX_RETURN_IF_ERROR(MakeDurableFolders(FolderOf(path)));
    HEALIX_TRY(auto file, files_.Open(path, base::OpenMode::kCreateNew));
    HEALIX_RETURN_IF_ERROR(file->WriteAt(0, base::AsBytes(object.bytes)));
    written.push_back(std::move(file));
    folders.insert(FolderOf(path));
  }
  HEALIX_RETURN_IF_ERROR(SyncTogether(written));
  return SyncFolders(folders);
}

Result<std::string> ObjectStore::PrepareFolder(const std::string& folder_location) {
  HEALIX_TRY(std::string folder, PathOf(folder_location));
  HEALIX_RETURN_IF_ERROR(MakeDurableFolders(folder));
  return folder;
}

Status ObjectStore::Adopt(std::span<const std::string> locations) {
  std::set<std::string> folders;
  for (const std::string& location : locations) {
    HEALIX_TRY(const std::string path, PathOf(location));
    HEALIX_TRY(const auto file, files_.Open(path, base::OpenMode::kRead));
    HEALIX_RETURN_IF_ERROR(file->Sync());
    folders.insert(FolderOf(path));
  }
  return SyncFolders(folders);
}

Status ObjectStore::SyncFolders(const std::set<std::string>& folders) {
  base::SyncPoint("objects.adopt.before_folders");
  for (const std::string& folder : folders) HEALIX_RETURN_IF_ERROR(files_.SyncFolder(folder));
  base::SyncPoint("objects.adopt.after");
  return {};
}

Result<std::string> ObjectStore::Get(const std::string& location, std::uint64_t bytes_max) const {
  HEALIX_TRY(const std::string path, PathOf(location));
  return base::ReadFile(files_, path, bytes_max);
}

Result<std::string> ObjectStore::GetRange(const std::string& location,
                                          const ByteRange& range) const {
  HEALIX_TRY(const std::string path, PathOf(location));
  HEALIX_TRY(const auto file, files_.Open(path, base::OpenMode::kRead));
  HEALIX_TRY(const std::uint64_t size, file->Size());
  if (range.offset > size || range.length_bytes > size - range.offset) {
    return MakeError(ErrorCode::kIoFailed, "{} ends before byte {} + {}", SafePath(location),
                     range.offset, range.length_bytes);
  }
  std::string bytes(range.length_bytes, '\0');
  HEALIX_TRY(const std::size_t got,
             file->ReadAt(range.offset, std::as_writable_bytes(std::span(bytes))));
  if (got != bytes.size()) {
    return MakeError(ErrorCode::kIoFailed, "{} became shorter", SafePath(location));
  }
  return bytes;
}

Result<std::uint64_t> ObjectStore::SizeOf(const std::string& location) const {
  HEALIX_TRY(const std::string path, PathOf(location));
  HEALIX_TRY(const base::FileInfo info, files_.Stat(path));
  return info.size_bytes;
}

Result<bool> ObjectStore::Exists(const std::string& location) const {
  HEALIX_TRY(const std::string path, PathOf(location));
  const auto info = files_.Stat(path);
  if (!info && info.error().code() != ErrorCode::kFileNotFound) return info.error();
  return info && !info->is_folder;
}

Status ObjectStore::Delete(const std::string& location) {
  HEALIX_TRY(const std::string path, PathOf(location));
  const Status removed = files_.Remove(path);
  if (!removed && removed.error().code() != ErrorCode::kFileNotFound) return removed;
  return {};
}

Result<std::vector<ObjectInfo>> ObjectStore::List(const std::string& folder_location) const {
  std::string folder = root_;
  if (folder_location != prefix_) {
    HEALIX_TRY(folder, PathOf(folder_location));
  }
  std::vector<ObjectInfo> found;
  HEALIX_RETURN_IF_ERROR(ListInto(folder, found));
  return found;
}

Status ObjectStore::ListInto(const std::string& folder, std::vector<ObjectInfo>& found) const {
  const auto names = files_.List(folder);
  if (!names && names.error().code() == ErrorCode::kFileNotFound) return {};
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    const auto info = files_.Stat(path);
    if (!info && info.error().code() == ErrorCode::kFileNotFound) continue;  // just removed
    if (!info) return info.error();
    if (info->is_folder) {
      HEALIX_RETURN_IF_ERROR(ListInto(path, found));
    } else {
      found.push_back({prefix_ + path.substr(root_.size()), info->size_bytes, info->modified_at});
    }
  }
  return {};
}

}  // namespace healix::storage::objects
