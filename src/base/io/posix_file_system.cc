// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/io/file_system.h"
#include "base/io/sync_points.h"

namespace healix::base {
namespace {

ErrorCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:  // a link that leads nowhere
      return ErrorCode::kFileNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorCode::kFileExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kDiskFull;
    default:
      return ErrorCode::kIoFailed;
  }
}

template <std::size_t N>
Error SystemError(const char (&operation)[N], const std::string& path) {
  const int number = errno;
  return MakeError(CodeOf(number), "can't {} {}: {}", operation, SafePath(path),
                   SafeReason(std::strerror(number)));
}

/// Owns a descriptor.
class Descriptor final {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

class PosixFile final : public File {
 public:
  PosixFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> buffer) override {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const ssize_t got = ::pread(descriptor_.get(), buffer.data() + done, buffer.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return SystemError("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = ::pwrite(descriptor_.get(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return SystemError("write", path_);
      done += static_cast<std::size_t>(put);
    }
    return {};
  }

  Result<std::uint64_t> Size() override {
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) != 0) return SystemError("stat", path_);
    return static_cast<std::uint64_t>(info.st_size);
  }

  Status Truncate(std::uint64_t size_bytes) override {
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)) != 0) {
      return SystemError("truncate", path_);
    }
    return {};
  }

  Status Sync() override {
    SyncPoint("io.file.before_sync");
    if (::fdatasync(descriptor_.get()) != 0) return SystemError("sync", path_);
    SyncPoint("io.file.after_sync");
    return {};
  }

 private:
  std::string path_;
  Descriptor descriptor_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kReadWrite:
      return O_RDWR | O_CREAT;
  }
  return O_RDONLY;
}

class PosixFiles final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    Descriptor descriptor(::open(path.c_str(), FlagsOf(mode) | O_CLOEXEC, 0600));
    if (!descriptor.valid()) return SystemError("open", path);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(path, std::move(descriptor)));
  }

  Status Rename(const std::string& from, const std::string& to) override {
    SyncPoint("io.before_rename");
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("rename", from);
    SyncPoint("io.after_rename");
    return {};
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return SystemError("remove", path);
    return {};
  }

  Status MakeFolders(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (errno == ENOENT && !parent.empty() && parent != path) {
      HEALIX_RETURN_IF_ERROR(MakeFolders(parent));
      if (::mkdir(path.c_str(), 0700) == 0) return {};
    }
    std::error_code ignored;
    if (errno == EEXIST && std::filesystem::is_directory(path, ignored)) return {};
    return SystemError("make the folder", path);
  }

  Status MakePrivate(const std::string& path) override {
    HEALIX_TRY(const FileInfo info, Stat(path));
    if (::chmod(path.c_str(), info.is_folder ? 0700 : 0600) != 0) {
      return SystemError("change the mode of", path);
    }
    return {};
  }

  Status RemoveFolder(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return SystemError("remove the folder", path);
    return {};
  }

  Status SyncFolder(const std::string& path) override {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return SystemError("open the folder", path);
    SyncPoint("io.folder.before_sync");
    if (::fsync(folder.get()) != 0) return SystemError("sync the folder", path);
    SyncPoint("io.folder.after_sync");
    return {};
  }

  Result<FileInfo> Stat(const std::string& path) override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return SystemError("stat", path);
    FileInfo result;
    result.is_folder = S_ISDIR(info.st_mode);
    result.size_bytes = result.is_folder ? 0 : static_cast<std::uint64_t>(info.st_size);
    const auto since_epoch =
        std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
    result.modified_at = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(since_epoch));
    result.is_private = (info.st_mode & 077) == 0;
    return result;
  }

  Result<std::vector<std::string>> List(const std::string& path) override {
    std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
    if (folder == nullptr) return SystemError("list", path);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override {
    Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!descriptor.valid()) return SystemError("open the lock", path);
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
      return SystemError("lock", path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(descriptor)));
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static PosixFiles files;
  return files;
}

}  // namespace healix::base
