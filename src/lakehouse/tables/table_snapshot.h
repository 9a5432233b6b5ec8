// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds one state of a table still while somebody reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/time/clock.h"
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::tables {

struct Current {};
/// Which state of a table: the newest, that of a snapshot id, or the one current at an instant.
using AsOf = std::variant<Current, std::int64_t, base::Timestamp>;

/// Holds what the catalogue knows about a table at one version. Immutable once published.
struct TableState {
  std::string uuid;  ///< of the table, as in its metadata
  TableName name;
  std::int64_t version = 0;       ///< counts commits of this table, from 1
  std::string metadata_location;  ///< URI that any Iceberg reader opens
  iceberg::TableMetadata metadata;
};

class SnapshotLease;

/// Reads one state of a table for as long as it lives.
/// Owns     a lease: no file of this snapshot is removed by healix while any copy lives.
/// Threads  immutable; share freely.
/// Example  WarehouseTest.ALeasedSnapshotOutlivesExpiry
class TableSnapshot final {
 public:
  TableSnapshot(std::shared_ptr<const TableState> state, std::optional<std::int64_t> snapshot_id,
                std::shared_ptr<const SnapshotLease> lease)
      : state_(std::move(state)), snapshot_id_(snapshot_id), lease_(std::move(lease)) {}

  const TableState& state() const { return *state_; }
  const TableName& name() const { return state_->name; }
  const iceberg::TableMetadata& metadata() const { return state_->metadata; }
  /// Returns the snapshot read, or nothing for a table without any yet.
  std::optional<std::int64_t> snapshot_id() const { return snapshot_id_; }
  /// Returns the entry of snapshot_id() in the metadata, nullptr when there is none.
  const iceberg::Snapshot* snapshot() const;
  /// Returns the columns: the current schema, for an older snapshot the one it was written with.
  const iceberg::Schema& schema() const;

 private:
  std::shared_ptr<const TableState> state_;
  std::optional<std::int64_t> snapshot_id_;
  std::shared_ptr<const SnapshotLease> lease_;
};

}  // namespace healix::lakehouse::tables
