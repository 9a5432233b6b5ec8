// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/snapshot_summary.h"

#include <charconv>
#include <optional>
#include <utility>

namespace healix::lakehouse::iceberg {
namespace {

/// Names the summary fields of one counted thing; an empty name is not written.
struct Counter {
  const char* added;
  const char* removed;
  const char* total;
  std::int64_t added_count;
  std::int64_t removed_count;
};

std::optional<std::int64_t> TotalIn(const Snapshot* parent, const char* name) {
  if (parent == nullptr) return 0;
  const auto found = parent->summary.find(name);
  if (found == parent->summary.end()) return std::nullopt;
  const std::string& text = found->second;
  std::int64_t total = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return total;
}

void PutIfAny(Properties& summary, const char* name, std::int64_t count) {
  if (count > 0) summary[name] = std::to_string(count);
}

void Put(Properties& summary, const Counter& counter, const Snapshot* parent) {
  PutIfAny(summary, counter.added, counter.added_count);
  PutIfAny(summary, counter.removed, counter.removed_count);
  if (counter.total == nullptr) return;
  const std::optional<std::int64_t> before = TotalIn(parent, counter.total);
  if (!before) return;
  const std::int64_t total = *before + counter.added_count - counter.removed_count;
  if (total >= 0) summary[counter.total] = std::to_string(total);
}

}  // namespace

std::string_view OperationName(Operation operation) {
  switch (operation) {
    case Operation::kAppend:
      return "append";
    case Operation::kReplace:
      return "replace";
    case Operation::kOverwrite:
      return "overwrite";
    case Operation::kDelete:
      return "delete";
  }
  return "overwrite";
}

void SummaryCounter::Count(Side& side, const DataFile& file) {
  side.size_bytes +=
      file.IsDeletionVector() ? file.content_size_bytes.value_or(0) : file.size_bytes;
  if (file.content == FileContent::kData) {
    ++side.data_files;
    side.records += file.record_count;
    return;
  }
  ++side.delete_files;
  if (file.content == FileContent::kEqualityDeletes) {
    ++side.equality_delete_files;
    side.equality_deletes += file.record_count;
    return;
  }
  ++(file.IsDeletionVector() ? side.deletion_vectors : side.position_delete_files);
  side.position_deletes += file.record_count;
}

void SummaryCounter::Add(const DataFile& file) {
  Count(added_, file);
  partitions_.insert(PartitionKey{file.spec_id, file.partition});
}

void SummaryCounter::Remove(const DataFile& file) {
  Count(removed_, file);
  partitions_.insert(PartitionKey{file.spec_id, file.partition});
}

Properties SummaryCounter::Finish(Operation operation, const Snapshot* parent) const {
  const Side& in = added_;
  const Side& out = removed_;
  const Counter counters[] = {
      {"added-data-files", "deleted-data-files", "total-data-files", in.data_files, out.data_files},
      {"added-records", "deleted-records", "total-records", in.records, out.records},
      {"added-files-size", "removed-files-size", "total-files-size", in.size_bytes, out.size_bytes},
      {"added-delete-files", "removed-delete-files", "total-delete-files", in.delete_files,
       out.delete_files},
      {"added-position-delete-files", "removed-position-delete-files", nullptr,
       in.position_delete_files, out.position_delete_files},
      {"added-dvs", "removed-dvs", nullptr, in.deletion_vectors, out.deletion_vectors},
      {"added-position-deletes", "removed-position-deletes", "total-position-deletes",
       in.position_deletes, out.position_deletes},
      {"added-equality-delete-files", "removed-equality-delete-files", nullptr,
       in.equality_delete_files, out.equality_delete_files},
      {"added-equality-deletes", "removed-equality-deletes", "total-equality-deletes",
       in.equality_deletes, out.equality_deletes},
  };
  Properties summary;
  summary["operation"] = OperationName(operation);
  for (const Counter& counter : counters) Put(summary, counter, parent);
  summary["changed-partition-count"] = std::to_string(partitions_.size());
  return summary;
}

}  // namespace healix::lakehouse::iceberg
