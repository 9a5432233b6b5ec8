// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/metadata.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace healix::lakehouse::iceberg {
namespace {

template <typename T, typename Id>
const T* Find(const std::vector<T>& items, Id T::*member, Id id) {
  const auto found = std::ranges::find(items, id, member);
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Snapshot* SnapshotList::Find(std::int64_t snapshot_id) const {
  const auto found = std::find_if(items_.rbegin(), items_.rend(), [snapshot_id](const Item& item) {
    return item->snapshot().snapshot_id == snapshot_id;
  });
  return found == items_.rend() ? nullptr : &(*found)->snapshot();
}

const Schema* TableMetadata::FindSchema(std::int32_t schema_id) const {
  return Find(schemas, &Schema::schema_id, schema_id);
}

const PartitionSpec* TableMetadata::FindSpec(std::int32_t spec_id) const {
  return Find(partition_specs, &PartitionSpec::spec_id, spec_id);
}

const Snapshot* TableMetadata::FindSnapshot(std::int64_t snapshot_id) const {
  return snapshots.Find(snapshot_id);
}

const Schema& TableMetadata::CurrentSchema() const {
  const Schema* schema = FindSchema(current_schema_id);
  HEALIX_CHECK(schema != nullptr, "metadata without its current schema");
  return *schema;
}

const PartitionSpec& TableMetadata::DefaultSpec() const {
  const PartitionSpec* spec = FindSpec(default_spec_id);
  HEALIX_CHECK(spec != nullptr, "metadata without its default spec");
  return *spec;
}

const SortOrder& TableMetadata::DefaultSortOrder() const {
  const SortOrder* order = Find(sort_orders, &SortOrder::order_id, default_sort_order_id);
  HEALIX_CHECK(order != nullptr, "metadata without its default sort order");
  return *order;
}

const Snapshot* TableMetadata::CurrentSnapshot() const {
  return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr;
}

const Snapshot* TableMetadata::FindRef(std::string_view name) const {
  const auto found = refs.find(std::string(name));
  return found == refs.end() ? nullptr : FindSnapshot(found->second.snapshot_id);
}

// The log is in order of time; the last entry at or before the instant counts.
const Snapshot* TableMetadata::SnapshotAsOf(Timestamp instant) const {
  const auto found =
      std::find_if(snapshot_log.rbegin(), snapshot_log.rend(),
                   [instant](const SnapshotLogEntry& entry) { return entry.timestamp <= instant; });
  return found == snapshot_log.rend() ? nullptr : FindSnapshot(found->snapshot_id);
}

const Field* TableMetadata::FindFieldEver(std::int32_t field_id) const {
  if (const Field* field = CurrentSchema().FindById(field_id)) return field;
  for (auto schema = schemas.rbegin(); schema != schemas.rend(); ++schema) {
    if (const Field* field = schema->FindById(field_id)) return field;
  }
  return nullptr;
}

const Schema& TableMetadata::SchemaOf(const Snapshot& snapshot) const {
  const Schema* schema = snapshot.schema_id ? FindSchema(*snapshot.schema_id) : nullptr;
  return schema != nullptr ? *schema : CurrentSchema();
}

std::int64_t TableMetadata::NumberProperty(const std::string& name, std::int64_t fallback) const {
  const auto found = properties.find(name);
  if (found == properties.end()) return fallback;
  const std::string& text = found->second;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : fallback;
}

}  // namespace healix::lakehouse::iceberg
