// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/ids/uuid.h"
#include "lakehouse/iceberg/evolution.h"
#include "lakehouse/iceberg/expiry.h"
#include "lakehouse/iceberg/table_changes.h"
#include "lakehouse/tables/conflict_check_internal.h"
#include "lakehouse/tables/prepared_table_internal.h"
#include "lakehouse/tables/snapshot_edit_internal.h"

namespace healix::lakehouse::tables {
namespace {

using iceberg::TableMetadata;

std::set<std::string> SetOf(const std::vector<std::string>& locations) {
  return {locations.begin(), locations.end()};
}

iceberg::Timestamp ToMillis(base::Timestamp at) {
  return std::chrono::floor<std::chrono::milliseconds>(at);
}

/// Applies the operations of one change, one after the other.
class Preparation final {
 public:
  Preparation(const PrepareParts& parts, const TableChange& change, const TableState* head,
              base::Timestamp now)
      : parts_(parts),
        change_(change),
        head_(head),
        now_(now),
        editor_(parts.files, parts.randomness),
        name_(change.table) {
    if (head != nullptr) metadata_ = head->metadata;
  }

  Status Run() {
    for (const Operation& operation : change_.operations) {
      HEALIX_RETURN_IF_ERROR(std::visit([this](const auto& one) { return Apply(one); }, operation));
    }
    return made_snapshot_ ? ExpireOverMax() : Status();
  }

  PreparedTable Finish();

 private:
  Status Apply(const CreateTable& operation) {
    metadata_ = operation.plan.metadata;
    return Note("create");
  }
  Status Apply(const AppendFiles& operation) {
    if (operation.files.empty()) return {};
    SnapshotEdit edit;
    edit.added = operation.files;
    return Edit(edit, "append");
  }
  Status Apply(const DeleteRows& operation) {
    if (operation.delete_files.empty() && operation.removed_data_files.empty()) return {};
    SnapshotEdit edit;
    edit.operation = iceberg::Operation::kDelete;
    edit.added = operation.delete_files;
    edit.removed_data = SetOf(operation.removed_data_files);
    return Edit(edit, "delete");
  }
  Status Apply(const OverwriteFiles& operation) {
    SnapshotEdit edit;
    edit.operation = iceberg::Operation::kOverwrite;
    edit.added = operation.added;
    edit.removed_data = SetOf(operation.removed_data_files);
    return Edit(edit, "overwrite");
  }
  Status Apply(const RewriteFiles& operation) {
    SnapshotEdit edit;
    edit.operation = iceberg::Operation::kReplace;
    edit.added = operation.added;
    edit.removed_data = SetOf(operation.removed_data_files);
    const iceberg::Snapshot* read = change_.base->snapshot();
    if (read != nullptr) edit.data_sequence_number = read->sequence_number;
    return Edit(edit, "replace");
  }
  Status Apply(const ChangeSchema& operation) {
    HEALIX_TRY(metadata_, iceberg::ChangeSchema(metadata_, operation.changes, ToMillis(now_)));
    return Note("schema");
  }
  Status Apply(const ChangePartitioning& operation) {
    HEALIX_TRY(metadata_, iceberg::ChangePartitioning(metadata_, operation.fields, ToMillis(now_)));
    return Note("spec");
  }
  Status Apply(const SetProperties& operation) {
    std::map<std::string, std::optional<std::string>> changes;
    for (const auto& [name, value] : operation.set) changes[name] = value;
    for (const std::string& name : operation.removed) changes[name] = std::nullopt;
    metadata_ = iceberg::ChangeProperties(std::move(metadata_), changes, ToMillis(now_));
    return Note("properties");
  }
  Status Apply(const ExpireSnapshots& operation) {
    iceberg::ExpiryOptions options = iceberg::ExpiryOptionsOf(metadata_, ToMillis(now_));
    options.snapshot_age_max = ToMillis(now_) - ToMillis(operation.older_than);
    options.snapshots_min = operation.keep_last;
    HEALIX_RETURN_IF_ERROR(Forget(options));
    return Note("expire");
  }
  Status Apply(const DropTable&) {
    dropped_at_ = now_;
    events_.push_back(Event("drop"));
    return {};
  }
  Status Apply(const RenameTable& operation) {
    name_ = operation.new_name;
    events_.push_back(Event("rename"));
    return {};
  }

  Status Edit(const SnapshotEdit& edit, const char* event) {
    HEALIX_TRY(metadata_, editor_.Apply(std::move(metadata_), edit, ToMillis(now_)));
    made_snapshot_ = true;
    return Note(event);
  }
  Status ExpireOverMax() {
    if (metadata_.snapshots.size() <= parts_.options.snapshots_max) return {};
    iceberg::ExpiryOptions options;
    options.now = ToMillis(now_);
    options.snapshot_age_max = std::chrono::milliseconds::max();
    // A tenth at a time: most commits have nothing to remove then.
    options.snapshots_max = parts_.options.snapshots_max - parts_.options.snapshots_max / 10;
    return Forget(options);
  }
  Status Forget(iceberg::ExpiryOptions options) {
    options.leased = parts_.leases.LeasedSnapshots(metadata_.table_uuid);
    const std::set<std::int64_t> expired = iceberg::ChooseExpired(metadata_, options);
    if (expired.empty()) return {};
    HEALIX_TRY(metadata_, iceberg::RemoveSnapshots(std::move(metadata_), expired));
    expired_.insert(expired.begin(), expired.end());
    return {};
  }
  /// Records a change of the metadata itself.
  Status Note(const char* event) {
    metadata_unchanged_ = false;
    events_.push_back(Event(event));
    return {};
  }
  TableEvent Event(const char* operation) const {
    return {0, metadata_.table_uuid, name_, metadata_.current_snapshot_id, operation, now_};
  }

  const PrepareParts& parts_;
  const TableChange& change_;
  const TableState* head_;
  const base::Timestamp now_;
  SnapshotEditor editor_;
  TableMetadata metadata_;
  TableName name_;
  std::optional<base::Timestamp> dropped_at_;
  std::vector<TableEvent> events_;
  std::set<std::int64_t> expired_;
  bool made_snapshot_ = false;
  bool metadata_unchanged_ = true;
};

PreparedTable Preparation::Finish() {
  PreparedTable prepared;
  const std::int64_t version = head_ == nullptr ? 1 : head_->version + 1;
  prepared.to = {metadata_.table_uuid, name_, version, {}, dropped_at_};
  if (metadata_unchanged_) {
    prepared.to.metadata_location = head_->metadata_location;
  } else {
    if (head_ != nullptr) {
      metadata_ = iceberg::RecordPreviousMetadata(
          std::move(metadata_), {head_->metadata.last_updated, head_->metadata_location});
    }
    metadata_.last_updated = std::max(metadata_.last_updated, ToMillis(now_));
    prepared.pending = editor_.TakePending();
    prepared.delete_files_removed = editor_.delete_files_removed();
    prepared.to.metadata_location =
        fmt::format("{}/metadata/{:05}-{}.metadata.json", metadata_.location, version - 1,
                    base::MakeUuidV4(parts_.randomness).ToString());
    prepared.pending.push_back(
        {prepared.to.metadata_location, iceberg::PrintTableMetadata(metadata_)});
  }
  prepared.events = std::move(events_);
  prepared.expired = std::move(expired_);
  prepared.new_state = std::make_shared<const TableState>(
      TableState{prepared.to.uuid, prepared.to.name, version, prepared.to.metadata_location,
                 std::move(metadata_)});
  return prepared;
}

Status CheckBase(const PrepareParts& parts, const TableChange& change, const TableState& head) {
  const TableSnapshot& base = *change.base;
  if (base.state().uuid != head.uuid) {
    return MakeError(ErrorCode::kCommitConflict, "{} was replaced by another table meanwhile",
                     SafeName(ToString(change.table)));
  }
  if (base.state().version == head.version &&
      base.snapshot_id() == head.metadata.current_snapshot_id) {
    return {};
  }
  for (const Operation& operation : change.operations) {
    HEALIX_RETURN_IF_ERROR(CheckStillHolds(operation, base, head.metadata, parts.files));
  }
  return {};
}

}  // namespace

Result<PreparedTable> PrepareTable(const PrepareParts& parts, const TableChange& change,
                                   const std::shared_ptr<const TableState>& head,
                                   base::Timestamp now) {
  if (head != nullptr) HEALIX_RETURN_IF_ERROR(CheckBase(parts, change, *head));
  Preparation preparation(parts, change, head.get(), now);
  HEALIX_RETURN_IF_ERROR(preparation.Run());
  PreparedTable prepared = preparation.Finish();
  if (head != nullptr) {
    prepared.from = TableEntry{head->uuid, head->name, head->version, head->metadata_location, {}};
    prepared.old_state = head;
  }
  return prepared;
}

}  // namespace healix::lakehouse::tables
