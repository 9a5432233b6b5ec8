// SPDX-License-Identifier: Apache-2.0
#include "storage/home/home.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ids/uuid.h"
#include "base/io/sync_points.h"

namespace healix::storage::home {
namespace {

constexpr std::uint64_t kSmallFileBytes = 64;
constexpr std::chrono::milliseconds kLockPoll{20};
constexpr int kTempDepthMax = 64;

HomeLayout LayoutOf(const std::string& folder) {
  std::string root = std::filesystem::absolute(folder).lexically_normal().string();
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  return {root};
}

std::vector<std::string> FoldersOf(const HomeLayout& layout) {
  return {layout.KeysFolder(), layout.WarehouseFolder(), layout.TempFolder(),
          layout.QuarantineFolder(), layout.LogFolder()};
}

std::string FolderOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

/// Makes the root and the folders above it that are missing; their names are on the disk on return.
Status MakeRoot(base::FileSystem& files, const std::string& root) {
  std::vector<std::string> changed = {FolderOf(root)};
  while (changed.back() != "/" && !files.Stat(changed.back())) {
    changed.push_back(FolderOf(changed.back()));
  }
  HEALIX_RETURN_IF_ERROR(files.MakeFolders(root));
  for (const std::string& folder : changed) HEALIX_RETURN_IF_ERROR(files.SyncFolder(folder));
  return {};
}

/// Makes the folders that are missing; all names are on the disk on return.
Status MakeHomeFolders(base::FileSystem& files, const HomeLayout& layout) {
  for (const std::string& folder : FoldersOf(layout)) {
    HEALIX_RETURN_IF_ERROR(files.MakeFolders(folder));
  }
  HEALIX_RETURN_IF_ERROR(files.MakePrivate(layout.KeysFolder()));
  return files.SyncFolder(layout.root);
}

Result<int> ReadNumber(base::FileSystem& files, const std::string& path) {
  HEALIX_TRY(const std::string text, base::ReadFile(files, path, kSmallFileBytes));
  int number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || number < 1 || std::string_view(end) != "\n") {
    return MakeError(ErrorCode::kRecordsDamaged, "{} holds no number", SafePath(path));
  }
  return number;
}

bool IsId(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string MakeId() {
  std::string id = base::MakeUuidV4(base::SystemRandomness()).ToString();
  std::erase(id, '-');
  return id;
}

/// Reads the id of a home, or gives it one.
Result<std::string> IdOf(base::FileSystem& files, const HomeLayout& layout) {
  auto text = base::ReadFile(files, layout.IdFile(), kSmallFileBytes);
  if (!text && text.error().code() == ErrorCode::kFileNotFound) {
    const std::string id = MakeId();
    HEALIX_RETURN_IF_ERROR(base::WriteFileDurably(files, layout.IdFile(), id + "\n"));
    return id;
  }
  if (!text) return text.error();
  if (text->ends_with('\n')) text->pop_back();
  if (!IsId(*text)) {
    return MakeError(ErrorCode::kRecordsDamaged, "{} holds no id", SafePath(layout.IdFile()));
  }
  return text;
}

Status CheckFormat(base::FileSystem& files, const HomeLayout& layout) {
  HEALIX_TRY(const int format, ReadNumber(files, layout.FormatFile()));
  if (format > kFormat) {
    return MakeError(ErrorCode::kHomeTooNew, "{} has format {}, this program knows up to {}",
                     SafePath(layout.root), format, kFormat);
  }
  return {};  // format 1 is the first: there is nothing to migrate yet
}

/// Says whether the folder has nothing but what an interrupted Create() leaves.
Status CheckOursAlone(base::FileSystem& files, const HomeLayout& layout) {
  const auto names = files.List(layout.root);
  if (!names && names.error().code() == ErrorCode::kFileNotFound) return {};
  if (!names) return names.error();
  const std::vector<std::string> ours = FoldersOf(layout);
  for (const std::string& name : *names) {
    const std::string path = layout.root + "/" + name;
    if (std::find(ours.begin(), ours.end(), path) == ours.end() &&
        path != layout.FormatFile() + ".tmp") {
      return MakeError(ErrorCode::kHomeFolderForeign, "{} holds other things: {}",
                       SafePath(layout.root), SafePath(name));
    }
  }
  return {};
}

Status RemoveAllIn(base::FileSystem& files, const std::string& folder, int depth) {
  if (depth > kTempDepthMax) {
    return MakeError(ErrorCode::kLimitExceeded, "{} is nested too deep", SafePath(folder));
  }
  HEALIX_TRY(const std::vector<std::string> names, files.List(folder));
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    HEALIX_TRY(const base::FileInfo info, files.Stat(path));
    if (info.is_folder) HEALIX_RETURN_IF_ERROR(RemoveAllIn(files, path, depth + 1));
    HEALIX_RETURN_IF_ERROR(info.is_folder ? files.RemoveFolder(path) : files.Remove(path));
  }
  return {};
}

/// Leaves our process number for those who wait; only a hint, so it is not synced.
Status LeaveProcessNumber(base::FileSystem& files, const HomeLayout& layout) {
  HEALIX_TRY(const auto file, files.Open(layout.LockFile(), base::OpenMode::kReadWrite));
  HEALIX_RETURN_IF_ERROR(file->Truncate(0));
  return file->WriteAt(0, base::AsBytes(fmt::format("{}\n", ::getpid())));
}

Result<std::unique_ptr<base::FileLock>> WaitForLock(base::FileSystem& files,
                                                    const HomeLayout& layout,
                                                    std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    HEALIX_TRY(auto lock, files.TryLock(layout.LockFile()));
    if (lock != nullptr) return lock;
    if (std::chrono::steady_clock::now() >= until) break;
    std::this_thread::sleep_for(kLockPoll);
  }
  const auto holder = ReadNumber(files, layout.LockFile());
  if (!holder) {
    return MakeError(ErrorCode::kHomeInUse, "{} is locked", SafePath(layout.root));
  }
  return MakeError(ErrorCode::kHomeInUse, "{} is locked by process {}", SafePath(layout.root),
                   *holder);
}

}  // namespace

Status Home::Create(base::FileSystem& files, const std::string& folder) {
  const HomeLayout layout = LayoutOf(folder);
  if (files.Stat(layout.FormatFile())) return CheckFormat(files, layout);
  HEALIX_RETURN_IF_ERROR(CheckOursAlone(files, layout));
  HEALIX_RETURN_IF_ERROR(MakeRoot(files, layout.root));
  HEALIX_RETURN_IF_ERROR(MakeHomeFolders(files, layout));
  base::SyncPoint("home.create.before_format");
  HEALIX_RETURN_IF_ERROR(
      base::WriteFileDurably(files, layout.FormatFile(), fmt::format("{}\n", kFormat)));
  base::SyncPoint("home.create.after_format");
  return {};
}

Result<std::unique_ptr<Home>> Home::Open(base::FileSystem& files, const std::string& folder,
                                         std::chrono::milliseconds lock_wait) {
  const HomeLayout layout = LayoutOf(folder);
  const auto format = files.Stat(layout.FormatFile());
  if (!format && format.error().code() == ErrorCode::kFileNotFound) {
    return MakeError(ErrorCode::kHomeNotFound, "{} is not a healix home", SafePath(layout.root));
  }
  if (!format) return format.error();
  HEALIX_RETURN_IF_ERROR(CheckFormat(files, layout));
  HEALIX_TRY(auto lock, WaitForLock(files, layout, lock_wait));
  HEALIX_RETURN_IF_ERROR(LeaveProcessNumber(files, layout));
  HEALIX_RETURN_IF_ERROR(CheckFormat(files, layout));  // another may have migrated it meanwhile
  HEALIX_RETURN_IF_ERROR(MakeHomeFolders(files, layout));
  HEALIX_RETURN_IF_ERROR(RemoveAllIn(files, layout.TempFolder(), 0));
  HEALIX_TRY(std::string id, IdOf(files, layout));
  return std::unique_ptr<Home>(new Home(layout, std::move(id), std::move(lock)));
}

}  // namespace healix::storage::home
