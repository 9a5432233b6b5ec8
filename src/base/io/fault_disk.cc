// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "base/io/fault_disk_internal.h"

namespace healix::base {
namespace {

bool Survives(CrashFate fate, std::mt19937_64& coins) {
  switch (fate) {
    case CrashFate::kLoseAll:
      return false;
    case CrashFate::kKeepAll:
      return true;
    case CrashFate::kRandom:
      return (coins() & 1) != 0;
  }
  return false;
}

bool SharesAPath(const FaultNames::Changes& a, const FaultNames::Changes& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& one) {
    return std::any_of(b.begin(), b.end(),
                       [&](const auto& other) { return one.first == other.first; });
  });
}

}  // namespace

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

void FaultInode::Remember(std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t page = begin / page_bytes_; page * page_bytes_ < end; ++page) {
    poisoned_.erase(page);
    const auto [entry, is_new] = undo_.try_emplace(page);
    if (!is_new) continue;
    const std::uint64_t from = std::min<std::uint64_t>(page * page_bytes_, content_.size());
    const std::uint64_t to = std::min<std::uint64_t>(from + page_bytes_, content_.size());
    entry->second.assign(content_.begin() + static_cast<std::ptrdiff_t>(from),
                         content_.begin() + static_cast<std::ptrdiff_t>(to));
  }
}

void FaultInode::Write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const std::uint64_t end = offset + bytes.size();
  Remember(offset, end);
  if (end > content_.size()) content_.resize(end);
  std::copy(bytes.begin(), bytes.end(), content_.begin() + static_cast<std::ptrdiff_t>(offset));
}

void FaultInode::Truncate(std::uint64_t size_bytes) {
  if (size_bytes < content_.size()) Remember(size_bytes, content_.size());
  content_.resize(size_bytes);
}

void FaultInode::Sync() {
  std::erase_if(undo_, [&](const auto& page) { return !poisoned_.contains(page.first); });
  durable_size_ = content_.size();
}

void FaultInode::PoisonUnsynced() {
  for (const auto& [page, old] : undo_) poisoned_.insert(page);
}

void FaultInode::Crash(CrashFate fate, std::mt19937_64& coins) {
  const std::uint64_t written_size = content_.size();
  const bool new_size = durable_size_ == written_size || Survives(fate, coins);
  content_.resize(std::max(written_size, durable_size_));
  for (const auto& [page, old] : undo_) {
    const std::uint64_t begin = page * page_bytes_;
    const std::uint64_t end = begin + page_bytes_;
    const bool cut_was_lost = !new_size && end > written_size;
    if (!cut_was_lost && !poisoned_.contains(page) && Survives(fate, coins)) continue;
    for (std::uint64_t i = begin; i < end && i < content_.size(); ++i) {
      content_[i] = i - begin < old.size() ? old[i - begin] : std::byte{0};
    }
  }
  content_.resize(new_size ? written_size : durable_size_);
  durable_size_ = content_.size();
  undo_.clear();
  poisoned_.clear();
}

FaultNames::FaultNames() : current_{{"/", {}}, {".", {}}}, durable_(current_) {}

const FaultEntry* FaultNames::Find(const std::string& path) const {
  const auto found = current_.find(path);
  return found == current_.end() ? nullptr : &found->second;
}

bool FaultNames::IsFolder(const std::string& path) const {
  const FaultEntry* entry = Find(path);
  return entry != nullptr && entry->inode == nullptr;
}

std::vector<std::string> FaultNames::Children(const std::string& folder) const {
  std::vector<std::string> names;
  for (const auto& [path, entry] : current_) {
    if (path == "/" || path == "." || FolderOf(path) != folder) continue;
    names.push_back(std::filesystem::path(path).filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void FaultNames::ApplyTo(Tree& tree, const Changes& changes) {
  for (const auto& [path, entry] : changes) {
    if (entry) {
      tree[path] = *entry;
    } else {
      tree.erase(path);
    }
  }
}

void FaultNames::Apply(Changes changes) {
  ApplyTo(current_, changes);
  pending_.push_back(std::move(changes));
}

/// Adds to the chosen changes every earlier one that touches a path of theirs.
std::vector<bool> FaultNames::ClosedUnderOrder(std::vector<bool> chosen) const {
  for (std::size_t later = pending_.size(); later-- > 0;) {
    if (!chosen[later]) continue;
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (SharesAPath(pending_[earlier], pending_[later])) chosen[earlier] = true;
    }
  }
  return chosen;
}

void FaultNames::SyncFolder(const std::string& folder) {
  std::vector<bool> chosen(pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    chosen[i] = std::any_of(pending_[i].begin(), pending_[i].end(),
                            [&](const auto& change) { return FolderOf(change.first) == folder; });
  }
  chosen = ClosedUnderOrder(std::move(chosen));
  std::vector<Changes> left;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (chosen[i]) {
      ApplyTo(durable_, pending_[i]);
    } else {
      left.push_back(std::move(pending_[i]));
    }
  }
  pending_ = std::move(left);
}

void FaultNames::Crash(const FaultOptions& options, std::mt19937_64& coins) {
  std::vector<bool> kept(pending_.size());
  for (std::size_t i = 0; i < pending_.size(); ++i) kept[i] = Survives(options.names, coins);
  kept = ClosedUnderOrder(std::move(kept));
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (kept[i]) ApplyTo(durable_, pending_[i]);
  }
  pending_.clear();
  // What lies in a folder that was lost is lost with it; parents sort before their children.
  std::erase_if(durable_, [&](const auto& entry) {
    std::string folder = entry.first;
    while (folder != "/" && folder != ".") {
      folder = FolderOf(folder);
      if (!durable_.contains(folder)) return true;
    }
    return false;
  });
  std::set<FaultInode*> files;
  for (const auto& [path, entry] : durable_) {
    if (entry.inode != nullptr && files.insert(entry.inode.get()).second) {
      entry.inode->Crash(options.pages, coins);
    }
  }
  current_ = durable_;
}

std::uint64_t FaultNames::UsedBytes() const {
  std::uint64_t used = 0;
  for (const auto& [path, entry] : current_) {
    if (entry.inode != nullptr) used += entry.inode->content().size();
  }
  return used;
}

}  // namespace healix::base
