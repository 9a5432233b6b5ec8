// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <new>
#include <thread>
#include <utility>

#include "storage/records/sqlite_locks_internal.h"
#include "storage/records/sqlite_vfs_internal.h"

namespace healix::storage::records {
namespace {

thread_local std::optional<Error> last_error;

/// Remembers the Error and returns the number that SQLite understands.
int Fail(const Error& error, int code) {
  last_error = error;
  return error.code() == ErrorCode::kDiskFull ? SQLITE_FULL : code;
}

struct VfsContext {
  base::FileSystem& files;
  std::string temp_prefix;
  SqliteLocks locks;
  std::atomic<std::uint64_t> temp_count{0};
};

/// An open file as SQLite knows it; SQLite allocates the memory.
struct VfsFile {
  sqlite3_file base;  // first: SQLite sees only this
  VfsContext* context;
  std::unique_ptr<base::File> file;
  std::string remove_at_close;  ///< path of a temporary file
  std::string unsynced_folder;  ///< holds our name, which is not on the disk yet
  HeldLocks held;
};

VfsFile& Of(sqlite3_file* file) { return *reinterpret_cast<VfsFile*>(file); }
VfsContext& Of(sqlite3_vfs* vfs) { return *static_cast<VfsContext*>(vfs->pAppData); }

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

int Close(sqlite3_file* raw) {
  VfsFile& file = Of(raw);
  file.context->locks.UnmapIndex(file.held);
  file.context->locks.Unlock(file.held, SQLITE_LOCK_NONE);
  file.file.reset();
  if (!file.remove_at_close.empty()) {
    if (auto removed = file.context->files.Remove(file.remove_at_close); !removed) {
      last_error = removed.error();  // the temporary folder is emptied at the next start
    }
  }
  std::destroy_at(&file);
  return SQLITE_OK;
}

int Read(sqlite3_file* raw, void* buffer, int size, sqlite3_int64 offset) {
  const auto wanted = static_cast<std::size_t>(size);
  auto* bytes = static_cast<std::byte*>(buffer);
  const auto got = Of(raw).file->ReadAt(static_cast<std::uint64_t>(offset), {bytes, wanted});
  if (!got) return Fail(got.error(), SQLITE_IOERR_READ);
  if (*got == wanted) return SQLITE_OK;
  std::memset(bytes + *got, 0, wanted - *got);
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* raw, const void* buffer, int size, sqlite3_int64 offset) {
  const auto* bytes = static_cast<const std::byte*>(buffer);
  const auto done = Of(raw).file->WriteAt(static_cast<std::uint64_t>(offset),
                                          {bytes, static_cast<std::size_t>(size)});
  return done ? SQLITE_OK : Fail(done.error(), SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* raw, sqlite3_int64 size) {
  const auto done = Of(raw).file->Truncate(static_cast<std::uint64_t>(size));
  return done ? SQLITE_OK : Fail(done.error(), SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* raw, int) {
  VfsFile& file = Of(raw);
  if (const auto done = file.file->Sync(); !done) return Fail(done.error(), SQLITE_IOERR_FSYNC);
  if (file.unsynced_folder.empty()) return SQLITE_OK;
  if (const auto done = file.context->files.SyncFolder(file.unsynced_folder); !done) {
    return Fail(done.error(), SQLITE_IOERR_DIR_FSYNC);
  }
  file.unsynced_folder.clear();
  return SQLITE_OK;
}

int Size(sqlite3_file* raw, sqlite3_int64* size) {
  const auto found = Of(raw).file->Size();
  if (!found) return Fail(found.error(), SQLITE_IOERR_FSTAT);
  *size = static_cast<sqlite3_int64>(*found);
  return SQLITE_OK;
}

int Lock(sqlite3_file* raw, int level) { return Of(raw).context->locks.Lock(Of(raw).held, level); }
int Unlock(sqlite3_file* raw, int level) {
  return Of(raw).context->locks.Unlock(Of(raw).held, level);
}
int CheckReserved(sqlite3_file* raw, int* reserved) {
  *reserved = Of(raw).context->locks.IsReserved() ? 1 : 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 4096; }
/// A write leaves the bytes beside it alone, also in a power cut.
int Characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int ShmMap(sqlite3_file* raw, int region, int size, int extend, void volatile** mapped) {
  return Of(raw).context->locks.MapIndex(Of(raw).held, region, size, extend != 0, mapped);
}
int ShmLock(sqlite3_file* raw, int first, int count, int flags) {
  return Of(raw).context->locks.LockIndex(Of(raw).held, first, count, flags);
}
void ShmBarrier(sqlite3_file* raw) { Of(raw).context->locks.Barrier(); }
int ShmUnmap(sqlite3_file* raw, int) {
  Of(raw).context->locks.UnmapIndex(Of(raw).held);
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kFileMethods = {
    2,        Close,         Read,        Write,      Truncate,        Sync,   Size,    Lock,
    Unlock,   CheckReserved, FileControl, SectorSize, Characteristics, ShmMap, ShmLock, ShmBarrier,
    ShmUnmap, nullptr,       nullptr};

base::OpenMode ModeOf(int flags) {
  if ((flags & SQLITE_OPEN_READWRITE) == 0) return base::OpenMode::kRead;
  const bool is_new = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & SQLITE_OPEN_EXCLUSIVE) != 0;
  return is_new ? base::OpenMode::kCreateNew : base::OpenMode::kReadWrite;
}

int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* flags_out) {
  VfsContext& context = Of(vfs);
  raw->pMethods = nullptr;  // so that SQLite does not close what did not open
  std::string path = name != nullptr ? name : "";
  const bool temporary = path.empty();
  if (temporary) path = context.temp_prefix + std::to_string(++context.temp_count);
  const bool existed = context.files.Stat(path).has_value();
  if (!existed && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  auto opened = context.files.Open(path, temporary ? base::OpenMode::kReadWrite : ModeOf(flags));
  if (!opened) return Fail(opened.error(), SQLITE_CANTOPEN);
  if (temporary && existed) {  // left behind by a crash
    if (auto emptied = (*opened)->Truncate(0); !emptied) {
      return Fail(emptied.error(), SQLITE_CANTOPEN);
    }
  }

  auto* file = new (raw) VfsFile{{&kFileMethods}, &context, std::move(*opened), {}, {}, {}};
  if (temporary) file->remove_at_close = path;
  if (!temporary && !existed) file->unsynced_folder = FolderOf(path);
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  base::FileSystem& files = Of(vfs).files;
  if (const auto removed = files.Remove(name); !removed) {
    if (removed.error().code() == ErrorCode::kFileNotFound) return SQLITE_IOERR_DELETE_NOENT;
    return Fail(removed.error(), SQLITE_IOERR_DELETE);
  }
  if (sync_folder == 0) return SQLITE_OK;
  const auto synced = files.SyncFolder(FolderOf(name));
  return synced ? SQLITE_OK : Fail(synced.error(), SQLITE_IOERR_DIR_FSYNC);
}

int Access(sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
  const auto info = Of(vfs).files.Stat(name);
  if (!info && info.error().code() != ErrorCode::kFileNotFound) {
    return Fail(info.error(), SQLITE_IOERR_ACCESS);
  }
  // As in SQLite's own VFS, an empty journal doesn't exist.
  *answer = info && (flags != SQLITE_ACCESS_EXISTS || info->size_bytes > 0) ? 1 : 0;
  return SQLITE_OK;
}

int FullPath(sqlite3_vfs*, const char* name, int size, char* full) {
  sqlite3_snprintf(size, full, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs*, int size, char* buffer) {
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  return system->xRandomness(system, size, buffer);
}

int Sleep(sqlite3_vfs*, int micros) {
  std::this_thread::sleep_for(std::chrono::microseconds(micros));
  return micros;
}

int CurrentTimeMillis(sqlite3_vfs*, sqlite3_int64* millis) {
  constexpr sqlite3_int64 kJulianDayOf1970Millis = 210866760000000;
  *millis = kJulianDayOf1970Millis + std::chrono::duration_cast<std::chrono::milliseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count();
  return SQLITE_OK;
}

int CurrentTime(sqlite3_vfs* vfs, double* days) {
  sqlite3_int64 millis = 0;
  CurrentTimeMillis(vfs, &millis);
  *days = static_cast<double>(millis) / 86400000.0;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

struct SqliteVfs::State {
  VfsContext context;
  std::string name;
  sqlite3_vfs vfs{};
};

SqliteVfs::SqliteVfs(base::FileSystem& files, std::string temp_prefix) {
  static std::atomic<std::uint64_t> count{0};
  state_ = std::unique_ptr<State>(
      new State{{files, std::move(temp_prefix), {}}, "healix-" + std::to_string(++count)});
  sqlite3_vfs& vfs = state_->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(VfsFile);
  vfs.mxPathname = 4096;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = &state_->context;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPath;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = LastError;
  vfs.xCurrentTimeInt64 = CurrentTimeMillis;
  HEALIX_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "SQLite takes our file operations");
}

SqliteVfs::~SqliteVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const char* SqliteVfs::name() const { return state_->vfs.zName; }

std::optional<Error> TakeVfsError() { return std::exchange(last_error, std::nullopt); }

}  // namespace healix::storage::records
