// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models snapshots, and the list of them that the versions of a table's metadata share.
/// Source   Iceberg table specification, "Snapshots".

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace healix::lakehouse::iceberg {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using Properties = std::map<std::string, std::string>;

struct Snapshot {
  std::int64_t snapshot_id = 0;
  std::optional<std::int64_t> parent_snapshot_id;
  std::int64_t sequence_number = 0;  ///< 0 in v1
  Timestamp timestamp;
  std::string manifest_list;           ///< location; empty only for old v1 snapshots
  std::vector<std::string> manifests;  ///< v1 without a manifest list: locations of manifests
  Properties summary;                  ///< with `operation`
  std::optional<std::int32_t> schema_id;
  std::optional<std::int64_t> first_row_id;  ///< v3
  std::optional<std::int64_t> added_rows;    ///< v3
  std::optional<std::string> key_id;         ///< v3

  bool operator==(const Snapshot&) const = default;
};

/// Keeps a snapshot and its JSON, which is printed once.
/// Threads  any.
class PrintedSnapshot final {
 public:
  explicit PrintedSnapshot(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  const Snapshot& snapshot() const { return snapshot_; }
  /// Returns the JSON object that metadata from v2 on holds of it.
  const std::string& json() const;

 private:
  const Snapshot snapshot_;
  mutable std::once_flag once_;
  mutable std::string json_;
};

/// Lists the snapshots of a table, oldest first. Copies share what they list, as a snapshot never
/// changes: metadata with one snapshot more costs that snapshot, however many there are before it.
/// Example  SnapshotListTest.CopiesShareWhatTheyList
class SnapshotList final {
 public:
  using Item = std::shared_ptr<const PrintedSnapshot>;

  class Iterator final {
   public:
    using value_type = Snapshot;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(std::vector<Item>::const_iterator at) : at_(at) {}
    const Snapshot& operator*() const { return (*at_)->snapshot(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    std::vector<Item>::const_iterator at_;
  };

  Iterator begin() const { return Iterator(items_.begin()); }
  Iterator end() const { return Iterator(items_.end()); }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const std::vector<Item>& items() const { return items_; }
  const Snapshot& operator[](std::size_t index) const { return items_[index]->snapshot(); }

  /// Returns nullptr when there is none. Looks at the newest first.
  const Snapshot* Find(std::int64_t snapshot_id) const;

  void Add(Snapshot snapshot) {
    items_.push_back(std::make_shared<const PrintedSnapshot>(std::move(snapshot)));
  }
  template <typename Predicate>
  void RemoveIf(Predicate&& is_removed) {
    std::erase_if(items_, [&](const Item& item) { return is_removed(item->snapshot()); });
  }

  bool operator==(const SnapshotList& other) const { return std::ranges::equal(*this, other); }

 private:
  std::vector<Item> items_;
};

}  // namespace healix::lakehouse::iceberg
