// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "data_engineering/synthetic/ndjson_folder_internal.h"

namespace healix::data_engineering::synthetic {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

}  // namespace

NdjsonFolder::TypeFile* NdjsonFolder::FileOf(std::string_view type) {
  const auto found = types_.find(type);
  if (found != types_.end()) return &found->second;
  auto file =
      files_.Open(folder_ + "/" + std::string(type) + ".ndjson", base::OpenMode::kCreateNew);
  if (!file) {
    status_ = file.error();
    return nullptr;
  }
  TypeFile& added = types_[std::string(type)];
  added.file = *std::move(file);
  return &added;
}

void NdjsonFolder::AddLine(std::string_view type, std::string_view line) {
  if (!status_) return;
  TypeFile* file = FileOf(type);
  if (file == nullptr) return;
  file->buffer += line;
  file->buffer += '\n';
  file->count.lines += 1;
  file->count.bytes += line.size() + 1;
  if (file->buffer.size() >= kBufferBytes) Flush(*file);
}

void NdjsonFolder::Flush(TypeFile& file) {
  status_ = file.file->WriteAt(file.written_bytes, base::AsBytes(file.buffer));
  file.written_bytes += file.buffer.size();
  file.buffer.clear();
}

Status NdjsonFolder::Finish() {
  for (auto& [type, file] : types_) {
    if (!status_) return status_;
    Flush(file);
    if (status_) status_ = file.file->Sync();
  }
  return status_;
}

std::map<std::string, NdjsonFolder::TypeCount> NdjsonFolder::Counts() const {
  std::map<std::string, TypeCount> counts;
  for (const auto& [type, file] : types_) counts[type] = file.count;
  return counts;
}

}  // namespace healix::data_engineering::synthetic
