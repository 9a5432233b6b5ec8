// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/maintenance.h"

#include <mutex>
#include <set>

#include "lakehouse/tables/compaction_internal.h"
#include "lakehouse/tables/orphan_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

class WarehouseMaintenance final : public Maintenance {
 public:
  explicit WarehouseMaintenance(Warehouse& warehouse) : warehouse_(warehouse) {}

  Result<CompactReport> Compact(const TableName& name, const TaskControl& control) override {
    return Alone<CompactReport>(ToString(name),
                                [&] { return CompactTable(warehouse_, name, control); });
  }
  Result<RemovalReport> Expire(const TableName& name, const ExpireOptions& options,
                               const TaskControl& control) override {
    return Alone<RemovalReport>(ToString(name),
                                [&] { return ExpireTable(name, options, control); });
  }
  Result<RemovalReport> RemoveOrphans(const TableName& name, const TaskControl& control) override {
    return Alone<RemovalReport>(ToString(name),
                                [&] { return RemoveOrphansOf(warehouse_, name, control); });
  }
  Result<RemovalReport> PurgeDropped(const TaskControl& control) override {
    return Alone<RemovalReport>("", [&] { return PurgeDroppedTables(warehouse_, control); });
  }

 private:
  /// Runs a task unless another one works on the same table.
  template <typename Report, typename Task>
  Result<Report> Alone(const std::string& key, Task&& task) {
    {
      const std::lock_guard lock(mutex_);
      if (!busy_.insert(key).second) {
        return MakeError(ErrorCode::kCommitConflict, "another upkeep task works on the same table");
      }
    }
    Result<Report> report = task();
    const std::lock_guard lock(mutex_);
    busy_.erase(key);
    return report;
  }

  Result<RemovalReport> ExpireTable(const TableName& name, const ExpireOptions& options,
                                    const TaskControl& control) {
    if (options.keep_last < 1) {
      return MakeError(ErrorCode::kInvalidArgument, "at least one snapshot must be kept");
    }
    CommitRequest request;
    {
      HEALIX_TRY(TableSnapshot snapshot, warehouse_.Load(name));
      request.tables.push_back({name, std::move(snapshot), {}});
    }
    request.tables[0].operations.push_back(ExpireSnapshots{options.older_than, options.keep_last});
    request.in_transaction = control.in_transaction;
    HEALIX_TRY(const CommitOutcome outcome, warehouse_.Commit(request));
    const TableOutcome& table = outcome.tables.front();
    return RemovalReport{0, table.snapshots_expired, table.files_removed, table.bytes_removed};
  }

  Warehouse& warehouse_;
  std::mutex mutex_;
  std::set<std::string> busy_;
};

}  // namespace

std::unique_ptr<Maintenance> MakeMaintenance(Warehouse& warehouse) {
  return std::make_unique<WarehouseMaintenance>(warehouse);
}

}  // namespace healix::lakehouse::tables
