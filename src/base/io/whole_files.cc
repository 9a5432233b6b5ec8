// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "base/io/file_system.h"

namespace healix::base {

Result<std::string> ReadFile(FileSystem& files, const std::string& path, std::uint64_t bytes_max) {
  HEALIX_TRY(const std::unique_ptr<File> file, files.Open(path, OpenMode::kRead));
  HEALIX_TRY(const std::uint64_t size, file->Size());
  if (size > bytes_max) {
    return MakeError(ErrorCode::kLimitExceeded, "{} has {} bytes, at most {} are read",
                     SafePath(path), size, bytes_max);
  }
  std::string content(size, '\0');
  HEALIX_TRY(const std::size_t got, file->ReadAt(0, std::as_writable_bytes(std::span(content))));
  content.resize(got);
  return content;
}

Status WriteFileDurably(FileSystem& files, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  if (files.Stat(temporary)) HEALIX_RETURN_IF_ERROR(files.Remove(temporary));
  {
    HEALIX_TRY(const std::unique_ptr<File> file, files.Open(temporary, OpenMode::kCreateNew));
    HEALIX_RETURN_IF_ERROR(file->WriteAt(0, AsBytes(content)));
    HEALIX_RETURN_IF_ERROR(file->Sync());
  }
  HEALIX_RETURN_IF_ERROR(files.Rename(temporary, path));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return files.SyncFolder(folder.empty() ? "." : folder);
}

}  // namespace healix::base
