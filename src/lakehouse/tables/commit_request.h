// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Describes what a commit changes: any number of tables and views, all or nothing.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time/clock.h"
#include "lakehouse/iceberg/evolution.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/tables/table_name.h"
#include "lakehouse/tables/table_snapshot.h"
#include "storage/records/store.h"

namespace healix::lakehouse::tables {

/// What a new table looks like.
struct NewTableLayout {
  iceberg::Schema schema;
  std::vector<iceberg::WantedPartition> partitioning;
  iceberg::Properties properties;
};

/// Fixes identity, place and field ids of a table before it exists, so that its first files can be
/// written. Made by Warehouse::PlanTable(); nothing is stored until CreateTable commits it.
struct TablePlan {
  TableName name;
  iceberg::TableMetadata metadata;  ///< with uuid, location, schema, spec; without snapshots
};

/// Makes the table. kTableExists when the name is taken by then.
struct CreateTable {
  TablePlan plan;
};

/// Adds rows. Never conflicts with anything but the loss of the table.
struct AppendFiles {
  std::vector<iceberg::DataFile> files;
};

/// Deletes rows: position-delete files, and data files all rows of which are gone.
/// Conflict: a data file it names is no longer live, or got deletes since the base.
struct DeleteRows {
  std::vector<iceberg::DataFile> delete_files;
  std::vector<std::string> referenced_data_files;  ///< locations that `delete_files` point into
  std::vector<std::string> removed_data_files;     ///< locations
};

/// Replaces files by files with other rows.
/// Conflict: as DeleteRows; with kWholeTable also any rows added since the base.
struct OverwriteFiles {
  enum class ReadSet : std::uint8_t {
    kRemovedFiles,  ///< the new rows depend on the removed files only
    kWholeTable,    ///< the new rows depend on all the base held
  };
  std::vector<std::string> removed_data_files;
  std::vector<iceberg::DataFile> added;
  ReadSet read_set = ReadSet::kWholeTable;
};

/// Replaces files by files with the same rows (compaction), deletes applied.
/// Conflict: as DeleteRows.
struct RewriteFiles {
  std::vector<std::string> removed_data_files;
  std::vector<iceberg::DataFile> added;
};

/// Changes the columns. Conflict: the schema is no longer that of the base.
struct ChangeSchema {
  std::vector<iceberg::SchemaChange> changes;
};

/// Changes how files written from now on are partitioned. Conflict: schema or default spec changed.
struct ChangePartitioning {
  std::vector<iceberg::WantedPartition> fields;
};

struct SetProperties {
  std::map<std::string, std::string> set;
  std::vector<std::string> removed;
};

/// Forgets snapshots; the current one and leased ones stay. Never conflicts.
struct ExpireSnapshots {
  base::Timestamp older_than;
  int keep_last = 1;  ///< >= 1: this many newest stay whatever their age
};

/// Hides the table; its files stay for `tables.drop_retention`, until when it can be undropped.
struct DropTable {};

/// Conflict kTableExists when the name is taken.
struct RenameTable {
  TableName new_name;
};

using Operation =
    std::variant<CreateTable, AppendFiles, DeleteRows, OverwriteFiles, RewriteFiles, ChangeSchema,
                 ChangePartitioning, SetProperties, ExpireSnapshots, DropTable, RenameTable>;

/// Changes one table by operations that apply in order; each that touches files makes a snapshot.
struct TableChange {
  TableName table;
  /// What the operations were computed from; required unless the first one is CreateTable.
  /// Another table of the same name in its place is a conflict.
  std::optional<TableSnapshot> base;
  std::vector<Operation> operations;
};

struct ViewDefinition {
  TableName name;
  std::string sql;                        ///< one SELECT; names resolve when it is used
  std::string default_schema = "main";    ///< for unqualified names inside it
  std::vector<std::string> column_names;  ///< empty: those of the SELECT
  std::string comment;
};

struct ViewChange {
  enum class Action : std::uint8_t { kCreate, kCreateOrReplace, kDrop };
  Action action = Action::kCreate;
  ViewDefinition view;  ///< kDrop reads the name only
};

/// What became of one TableChange.
struct TableOutcome {
  std::string uuid;
  TableName name;
  std::int64_t version = 0;
  std::string metadata_location;
  std::optional<std::int64_t> snapshot_id;  ///< the current one afterwards
  std::uint64_t snapshots_expired = 0;
  std::uint64_t delete_files_removed = 0;  ///< from the snapshot: nothing they apply to is left
  std::uint64_t files_removed = 0;         ///< from the disk; known once the commit has returned
  std::uint64_t bytes_removed = 0;
};

struct CommitOutcome {
  std::vector<TableOutcome> tables;  ///< in the order of the request
};

/// Runs in the transaction that moves the pointers: ledger, receipt and act change with them.
/// May run again after a retry; changes nothing but the store; an error undoes the whole commit.
using InTransaction = std::function<Status(storage::records::Transaction&, const CommitOutcome&)>;

struct CommitRequest {
  std::vector<TableChange> tables;  ///< each table at most once
  std::vector<ViewChange> views;
  InTransaction in_transaction;  ///< may be empty
};

}  // namespace healix::lakehouse::tables
