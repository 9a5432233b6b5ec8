// SPDX-License-Identifier: Apache-2.0
#include "base/io/fault_file_system.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "base/io/fault_disk_internal.h"
#include "base/io/sync_points.h"

namespace healix::base {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kOperations = static_cast<std::size_t>(FileOperation::kLock) + 1;

/// Says which call is to fail, and how; without a code it crashes.
struct PlannedFault {
  FileOperation operation;
  std::uint64_t calls_left;
  std::optional<ErrorCode> code;
};

std::string Normal(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  if (normal.size() > 2 && normal.starts_with("./")) normal.erase(0, 2);
  return normal.empty() ? "." : normal;
}

Error Fails(ErrorCode code, const std::string& path) {
  return MakeError(code, "{}: fault file system", SafePath(path));
}

}  // namespace

/// Is shared with open files, which may outlive the file system in a test's clean-up.
struct FaultFileSystem::State {
  explicit State(FaultOptions given) : options(std::move(given)), coins(options.seed) {}

  /// Counts a call and says why it can't be made. The mutex is held.
  std::optional<ErrorCode> Refusal(FileOperation operation) {
    ++counts[static_cast<std::size_t>(operation)];
    ++counts[static_cast<std::size_t>(FileOperation::kAny)];
    if (crashed) return ErrorCode::kIoFailed;
    std::optional<ErrorCode> refusal;
    for (PlannedFault& fault : plan) {
      if (fault.operation != FileOperation::kAny && fault.operation != operation) continue;
      if (fault.calls_left == 0 || --fault.calls_left > 0) continue;
      if (!fault.code) CrashNow();
      refusal = fault.code.value_or(ErrorCode::kIoFailed);
    }
    return refusal;
  }

  void CrashNow() {
    if (crashed) return;
    crashed = true;
    ++generation;
    names.Crash(options, coins);
    locked.clear();
  }

  void Touch(FaultInode& inode) const {
    inode.modified_at = options.now ? options.now() : std::chrono::system_clock::now();
  }

  /// Returns how many of `bytes` more fit on the disk.
  std::uint64_t Room(std::uint64_t bytes) const {
    if (capacity_bytes == kUnlimited) return bytes;
    const std::uint64_t used = names.UsedBytes();
    return std::min(bytes, capacity_bytes > used ? capacity_bytes - used : 0);
  }

  static void OnSyncPoint(std::string_view name, void* context) {
    auto& state = *static_cast<State*>(context);
    const std::lock_guard lock(state.mutex);
    if (state.sync_points_left == 0) return;
    if (state.sync_point != "*" && state.sync_point != name) return;
    if (--state.sync_points_left == 0) state.CrashNow();
  }

  mutable std::mutex mutex;
  const FaultOptions options;
  std::mt19937_64 coins;
  FaultNames names;
  std::set<std::string> locked;
  std::vector<PlannedFault> plan;
  std::uint64_t capacity_bytes = kUnlimited;
  std::string sync_point;
  std::uint64_t sync_points_left = 0;
  bool hooked = false;
  bool crashed = false;
  std::uint64_t generation = 0;
  std::array<std::uint64_t, kOperations> counts{};
};

class FaultFileSystem::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<State> state, std::shared_ptr<FaultInode> inode, std::string path)
      : state_(std::move(state)),
        inode_(std::move(inode)),
        path_(std::move(path)),
        generation_(state_->generation) {}

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> buffer) override {
    const std::lock_guard lock(state_->mutex);
    HEALIX_RETURN_IF_ERROR(Check(FileOperation::kRead));
    const auto& content = inode_->content();
    if (offset >= content.size()) return std::size_t{0};
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), content.size() - offset);
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), size, buffer.begin());
    return size;
  }

  Status WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(state_->mutex);
    const Status status = Check(FileOperation::kWrite);
    if (!status) {
      if (!Dead()) inode_->Write(offset, bytes.first(bytes.size() / 2));
      return status;
    }
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t size = inode_->content().size();
    const std::uint64_t growth = end > size ? end - size : 0;
    const std::uint64_t missing = growth - state_->Room(growth);
    const std::uint64_t fits = bytes.size() - std::min<std::uint64_t>(missing, bytes.size());
    inode_->Write(offset, bytes.first(fits));
    state_->Touch(*inode_);
    if (missing > 0) return Fails(ErrorCode::kDiskFull, path_);
    return {};
  }

  Result<std::uint64_t> Size() override {
    const std::lock_guard lock(state_->mutex);
    HEALIX_RETURN_IF_ERROR(Check(FileOperation::kSize));
    return static_cast<std::uint64_t>(inode_->content().size());
  }

  Status Truncate(std::uint64_t size_bytes) override {
    const std::lock_guard lock(state_->mutex);
    HEALIX_RETURN_IF_ERROR(Check(FileOperation::kTruncate));
    inode_->Truncate(size_bytes);
    state_->Touch(*inode_);
    return {};
  }

  Status Sync() override {
    SyncPoint("io.file.before_sync");
    {
      const std::lock_guard lock(state_->mutex);
      const Status status = Check(FileOperation::kSync);
      if (!status) {
        if (!Dead()) inode_->PoisonUnsynced();
        return status;
      }
      inode_->Sync();
    }
    SyncPoint("io.file.after_sync");
    return {};
  }

 private:
  bool Dead() const { return state_->crashed || generation_ != state_->generation; }

  Status Check(FileOperation operation) {
    const auto refusal = state_->Refusal(operation);
    if (refusal) return Fails(*refusal, path_);
    if (Dead()) return Fails(ErrorCode::kIoFailed, path_);
    return {};
  }

  std::shared_ptr<State> state_;
  std::shared_ptr<FaultInode> inode_;
  std::string path_;
  std::uint64_t generation_;
};

class FaultFileSystem::HeldLock final : public FileLock {
 public:
  HeldLock(std::shared_ptr<State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), generation_(state_->generation) {}
  ~HeldLock() override {
    const std::lock_guard lock(state_->mutex);
    if (generation_ == state_->generation) state_->locked.erase(path_);
  }

 private:
  std::shared_ptr<State> state_;
  std::string path_;
  std::uint64_t generation_;
};

FaultFileSystem::FaultFileSystem(FaultOptions options)
    : state_(std::make_shared<State>(std::move(options))) {
  const std::uint64_t page_bytes = state_->options.page_bytes;
  HEALIX_CHECK(page_bytes == 512 || page_bytes == 4096, "a page has 512 or 4096 bytes");
}

FaultFileSystem::~FaultFileSystem() { ClearFaults(); }

void FaultFileSystem::FailCall(FileOperation operation, std::uint64_t nth, ErrorCode code) {
  const std::lock_guard lock(state_->mutex);
  state_->plan.push_back({operation, nth, code});
}

void FaultFileSystem::CrashAtCall(FileOperation operation, std::uint64_t nth) {
  const std::lock_guard lock(state_->mutex);
  state_->plan.push_back({operation, nth, std::nullopt});
}

void FaultFileSystem::CrashAtSyncPoint(const std::string& name, std::uint64_t nth) {
  const std::lock_guard lock(state_->mutex);
  state_->sync_point = name;
  state_->sync_points_left = nth;
  state_->hooked = true;
  SetSyncPointHook(&State::OnSyncPoint, state_.get());
}

void FaultFileSystem::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->capacity_bytes = bytes;
}

void FaultFileSystem::ClearFaults() {
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->hooked, false)) SetSyncPointHook(nullptr, nullptr);
  state_->plan.clear();
  state_->sync_points_left = 0;
  state_->capacity_bytes = kUnlimited;
}

void FaultFileSystem::Crash() {
  const std::lock_guard lock(state_->mutex);
  state_->CrashNow();
}

bool FaultFileSystem::crashed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->crashed;
}

void FaultFileSystem::Reopen() {
  ClearFaults();
  const std::lock_guard lock(state_->mutex);
  state_->crashed = false;
}

std::uint64_t FaultFileSystem::CallCount(FileOperation operation) const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts[static_cast<std::size_t>(operation)];
}

Result<std::unique_ptr<File>> FaultFileSystem::Open(const std::string& given, OpenMode mode) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kOpen)) return Fails(*refusal, given);
  const std::string path = Normal(given);
  const FaultEntry* found = state_->names.Find(path);
  if (found != nullptr && found->inode == nullptr) return Fails(ErrorCode::kIoFailed, given);
  if (found != nullptr && mode == OpenMode::kCreateNew) {
    return Fails(ErrorCode::kFileExists, given);
  }
  std::shared_ptr<FaultInode> inode = found == nullptr ? nullptr : found->inode;
  if (inode == nullptr) {
    if (mode == OpenMode::kRead || !state_->names.IsFolder(FolderOf(path))) {
      return Fails(ErrorCode::kFileNotFound, given);
    }
    inode = std::make_shared<FaultInode>(state_->options.page_bytes);
    state_->Touch(*inode);
    state_->names.Apply({{path, FaultEntry{inode}}});
  }
  return std::unique_ptr<File>(std::make_unique<OpenFile>(state_, std::move(inode), path));
}

Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  SyncPoint("io.before_rename");
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto refusal = state_->Refusal(FileOperation::kRename)) return Fails(*refusal, from);
    const FaultEntry* found = state_->names.Find(Normal(from));
    if (found == nullptr || !state_->names.IsFolder(FolderOf(Normal(to)))) {
      return Fails(ErrorCode::kFileNotFound, from);
    }
    const bool is_file = found->inode != nullptr && !state_->names.IsFolder(Normal(to));
    if (!is_file) return Fails(ErrorCode::kIoFailed, from);
    if (Normal(from) != Normal(to)) {
      state_->names.Apply({{Normal(to), *found}, {Normal(from), std::nullopt}});
    }
  }
  SyncPoint("io.after_rename");
  return {};
}

Status FaultFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kRemove)) return Fails(*refusal, path);
  const FaultEntry* found = state_->names.Find(Normal(path));
  if (found == nullptr) return Fails(ErrorCode::kFileNotFound, path);
  if (found->inode == nullptr) return Fails(ErrorCode::kIoFailed, path);
  state_->names.Apply({{Normal(path), std::nullopt}});
  return {};
}

Status FaultFileSystem::MakeFolders(const std::string& given) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kMakeFolders)) {
    return Fails(*refusal, given);
  }
  std::vector<std::string> missing;
  for (std::string path = Normal(given); !state_->names.IsFolder(path); path = FolderOf(path)) {
    if (state_->names.Find(path) != nullptr) return Fails(ErrorCode::kFileExists, given);
    missing.push_back(path);
  }
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    state_->names.Apply({{*path, FaultEntry{}}});
  }
  return {};
}

Status FaultFileSystem::MakePrivate(const std::string& path) {
  const auto info = Stat(path);
  return info ? Status() : Status(info.error());
}

Status FaultFileSystem::RemoveFolder(const std::string& given) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kRemoveFolder)) {
    return Fails(*refusal, given);
  }
  const std::string path = Normal(given);
  if (!state_->names.IsFolder(path)) return Fails(ErrorCode::kFileNotFound, given);
  if (!state_->names.Children(path).empty()) return Fails(ErrorCode::kFileExists, given);
  state_->names.Apply({{path, std::nullopt}});
  return {};
}

Status FaultFileSystem::SyncFolder(const std::string& path) {
  SyncPoint("io.folder.before_sync");
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto refusal = state_->Refusal(FileOperation::kSyncFolder)) {
      return Fails(*refusal, path);
    }
    if (!state_->names.IsFolder(Normal(path))) return Fails(ErrorCode::kFileNotFound, path);
    state_->names.SyncFolder(Normal(path));
  }
  SyncPoint("io.folder.after_sync");
  return {};
}

Result<FileInfo> FaultFileSystem::Stat(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kStat)) return Fails(*refusal, path);
  const FaultEntry* found = state_->names.Find(Normal(path));
  if (found == nullptr) return Fails(ErrorCode::kFileNotFound, path);
  if (found->inode == nullptr) return FileInfo{true, 0, {}};
  return FileInfo{false, found->inode->content().size(), found->inode->modified_at};
}

Result<std::vector<std::string>> FaultFileSystem::List(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (const auto refusal = state_->Refusal(FileOperation::kList)) return Fails(*refusal, path);
  if (!state_->names.IsFolder(Normal(path))) return Fails(ErrorCode::kFileNotFound, path);
  return state_->names.Children(Normal(path));
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::TryLock(const std::string& path) {
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto refusal = state_->Refusal(FileOperation::kLock)) return Fails(*refusal, path);
  }
  HEALIX_TRY(const auto created, Open(path, OpenMode::kReadWrite));
  const std::lock_guard lock(state_->mutex);
  if (!state_->locked.insert(Normal(path)).second) return std::unique_ptr<FileLock>();
  return std::unique_ptr<FileLock>(std::make_unique<HeldLock>(state_, Normal(path)));
}

}  // namespace healix::base
