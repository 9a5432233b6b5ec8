// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/tables/metadata_files_internal.h"

namespace healix::lakehouse::tables {

Result<std::string> MetadataFiles::Read(const std::string& location) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = cached_.find(location); found != cached_.end()) {
      newest_first_.splice(newest_first_.begin(), newest_first_, found->second.age);
      return found->second.bytes;
    }
  }
  HEALIX_TRY(std::string bytes, objects_.Get(location, kFileBytesMax));
  Remember(location, bytes);
  return bytes;
}

iceberg::FileReader MetadataFiles::ReaderOver(const std::vector<PendingFile>& pending) {
  return [this, &pending](const std::string& location) -> Result<std::string> {
    const auto found = std::find_if(pending.begin(), pending.end(), [&](const PendingFile& file) {
      return file.location == location;
    });
    if (found != pending.end()) return found->bytes;
    return Read(location);
  };
}

Status MetadataFiles::WriteAll(const std::vector<PendingFile>& pending) {
  HEALIX_RETURN_IF_ERROR(objects_.PutTogether(pending));
  for (const PendingFile& file : pending) Remember(file.location, file.bytes);
  return {};
}

std::shared_ptr<const ManifestLines> MetadataFiles::FindLines(const std::string& list_location) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      lists_newest_first_, [&](const auto& list) { return list.first == list_location; });
  return found == lists_newest_first_.end() ? nullptr : found->second;
}

void MetadataFiles::RememberLines(const std::string& list_location, ManifestLines lines) {
  if (lines.size() > kListLinesMax) return;
  auto shared = std::make_shared<const ManifestLines>(std::move(lines));
  const std::lock_guard lock(mutex_);
  lists_newest_first_.emplace_front(list_location, std::move(shared));
  if (lists_newest_first_.size() > kListsMax) lists_newest_first_.pop_back();
}

Result<std::uint64_t> MetadataFiles::Remove(const std::string& location) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = cached_.find(location); found != cached_.end()) {
      cached_bytes_ -= found->second.bytes.size();
      newest_first_.erase(found->second.age);
      cached_.erase(found);
    }
  }
  const auto size_bytes = objects_.SizeOf(location);
  if (!size_bytes && size_bytes.error().code() == ErrorCode::kFileNotFound) return std::uint64_t{0};
  if (!size_bytes) return size_bytes.error();
  HEALIX_RETURN_IF_ERROR(objects_.Delete(location));
  return *size_bytes;
}

void MetadataFiles::Remember(const std::string& location, std::string bytes) {
  // The parsed form of table metadata is kept elsewhere.
  if (location.ends_with(".metadata.json") || bytes.size() > kCacheBytesMax / 4) return;
  const std::lock_guard lock(mutex_);
  if (cached_.contains(location)) return;
  newest_first_.push_front(location);
  cached_bytes_ += bytes.size();
  cached_.emplace(location, Cached{std::move(bytes), newest_first_.begin()});
  while (cached_bytes_ > kCacheBytesMax) {
    const auto oldest = cached_.find(newest_first_.back());
    cached_bytes_ -= oldest->second.bytes.size();
    cached_.erase(oldest);
    newest_first_.pop_back();
  }
}

}  // namespace healix::lakehouse::tables
