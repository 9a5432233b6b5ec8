// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens tables, commits changes to them and tells what changed. Start here.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids/randomness.h"
#include "base/io/file_system.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/iceberg/scan.h"
#include "lakehouse/tables/change_feed.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/table_options.h"
#include "lakehouse/tables/table_snapshot.h"
#include "storage/objects/object_store.h"
#include "storage/records/store.h"

namespace healix::lakehouse::tables {

/// What a warehouse works with; all of it must outlive it.
struct WarehouseParts {
  storage::records::Store& catalog;        ///< `catalog.db`
  storage::objects::ObjectStore& objects;  ///< where data and metadata lie
  engine::Engine& engine;                  ///< for Parquet: compaction and delete files
  base::FileSystem& files;
  const base::Clock& clock = base::SystemClock();
  base::Randomness& randomness = base::SystemRandomness();
};

/// A table as listings show it.
struct TableEntry {
  std::string uuid;
  TableName name;
  std::int64_t version = 0;
  std::string metadata_location;
  std::optional<base::Timestamp> dropped_at;
};

/// The tables and views of one home.
/// A commit writes manifests and metadata durably, then moves all pointers in one transaction by
/// compare-and-swap. What a failed commit wrote is never referenced.
/// Threads  all members from any thread.
/// Errors   kTableNotFound, kTableExists, kSnapshotNotFound, kCommitConflict, kMetadataInvalid,
///          kInvalidArgument, and those of the store and of base::FileSystem.
/// Example  WarehouseTest.AppendsAndReadsBack
class Warehouse {
 public:
  /// Migrates the tables of the concern `tables` in the catalogue store.
  static Result<std::unique_ptr<Warehouse>> Open(const WarehouseParts& parts,
                                                 const TableOptions& options);
  virtual ~Warehouse() = default;

  /// Return what it was opened with.
  virtual const WarehouseParts& parts() const = 0;
  virtual const TableOptions& options() const = 0;

  virtual Result<TableSnapshot> Load(const TableName& name, const AsOf& as_of = Current{}) = 0;
  /// Plans the files of a snapshot with the deletes that apply; cached per snapshot.
  virtual Result<std::shared_ptr<const engine::ScanTable>> ToScanTable(
      const TableSnapshot& snapshot) = 0;

  /// As ToScanTable(), in the words of iceberg: with partitions, sequence numbers and delete files.
  virtual Result<std::shared_ptr<const iceberg::ScanPlan>> PlanFiles(
      const TableSnapshot& snapshot) = 0;

  /// Gives a new table its uuid, location and field ids (those of `schema` may be 0). Stores
  /// nothing. Errors kInvalidArgument, kSchemaChangeInvalid, kColumnNotFound.
  virtual Result<TablePlan> PlanTable(const TableName& name, const NewTableLayout& layout) = 0;

  /// Applies all of `request` or nothing, retrying what Iceberg allows to be retried.
  /// Errors   kCommitConflict when what an operation relies on has changed. kRecordsFailed and
  ///          kIoFailed from the transaction itself: the outcome is not known; load to see.
  virtual Result<CommitOutcome> Commit(const CommitRequest& request) = 0;

  virtual Result<std::vector<TableEntry>> ListTables() = 0;
  virtual Result<std::vector<TableEntry>> ListDropped() = 0;
  virtual Result<std::vector<ViewDefinition>> ListViews() = 0;
  virtual Result<ViewDefinition> LoadView(const TableName& name) = 0;
  /// Brings back the table of that name that was dropped last. Errors kTableNotFound, kTableExists.
  virtual Result<TableOutcome> Undrop(const TableName& name,
                                      const InTransaction& in_transaction) = 0;

  /// Forgets a dropped table for good; who calls it removes the files then.
  /// Errors   kTableNotFound, kCommitConflict while somebody reads it.
  virtual Status ForgetDropped(const std::string& uuid, const InTransaction& in_transaction) = 0;

  /// Returns the snapshots of a table that are being read, also those that have expired since.
  virtual std::vector<TableSnapshot> LeasedSnapshots(const std::string& table_uuid) = 0;

  /// Returns up to `limit` changes with a sequence above `after_sequence`, oldest first.
  virtual Result<std::vector<TableEvent>> ReadChanges(std::int64_t after_sequence,
                                                      std::size_t limit) = 0;
};

}  // namespace healix::lakehouse::tables
