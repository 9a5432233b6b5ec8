// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "base/io/sync_points.h"
#include "lakehouse/tables/compaction_internal.h"
#include "lakehouse/tables/compaction_plan_internal.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/parquet_files_internal.h"

namespace healix::lakehouse::tables {
namespace {

/// Compacts one snapshot of one table, bin by bin.
class Compaction final {
 public:
  Compaction(Warehouse& warehouse, const TableSnapshot& snapshot, const TaskControl& control)
      : warehouse_(warehouse), snapshot_(snapshot), control_(control) {}

  Result<CompactReport> Run();

 private:
  Status RunBin(const CompactionBin& bin);
  /// Returns the rows of the bin's files, without the deleted ones.
  engine::SqlSource RowsOf(const CompactionBin& bin) const;

  Warehouse& warehouse_;
  const TableSnapshot& snapshot_;
  const TaskControl& control_;
  std::shared_ptr<const iceberg::ScanPlan> plan_;
  std::shared_ptr<const engine::ScanTable> table_;
  CompactReport report_;
};

Result<CompactReport> Compaction::Run() {
  HEALIX_TRY(plan_, warehouse_.PlanFiles(snapshot_));
  HEALIX_TRY(table_, warehouse_.ToScanTable(snapshot_));
  report_.files_before = plan_->files.size();
  report_.files_after = plan_->files.size();
  const std::vector<CompactionBin> bins =
      PlanCompaction(*plan_, warehouse_.options().file_bytes_target);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (control_.should_stop && control_.should_stop()) {
      return MakeError(ErrorCode::kCancelled, "compaction was cancelled after {} of {} parts", i,
                       bins.size());
    }
    HEALIX_RETURN_IF_ERROR(RunBin(bins[i]));
    if (control_.on_progress) {
      control_.on_progress(static_cast<double>(i + 1) / static_cast<double>(bins.size()));
    }
  }
  return report_;
}

engine::SqlSource Compaction::RowsOf(const CompactionBin& bin) const {
  auto part = std::make_shared<engine::ScanTable>(*table_);
  part->schema = snapshot_.metadata().CurrentSchema();
  part->files.clear();
  for (const std::size_t index : bin.files) part->files.push_back(table_->files[index]);
  return {ScopeOf("part", std::move(part)), "SELECT * FROM part"};
}

Status Compaction::RunBin(const CompactionBin& bin) {
  WriteTarget target = TargetOf(snapshot_);
  target.spec = *snapshot_.metadata().FindSpec(bin.spec_id);
  DataFileWriter writer(warehouse_);
  RewriteFiles rewrite;
  HEALIX_TRY(rewrite.added, writer.WritePartition(target, bin.partition, RowsOf(bin)));
  base::SyncPoint("tables.compact.before_commit");
  for (const std::size_t index : bin.files) {
    rewrite.removed_data_files.push_back(plan_->files[index].entry.file.path);
  }
  const std::vector<iceberg::DataFile> added = rewrite.added;
  CommitRequest request;
  request.tables.push_back({snapshot_.name(), snapshot_, {std::move(rewrite)}});
  request.in_transaction = control_.in_transaction;
  const auto committed = warehouse_.Commit(request);
  if (!committed) {
    if (committed.error().code() == ErrorCode::kCommitConflict) writer.Discard(added);
    return committed.error();
  }
  report_.files_after = report_.files_after - bin.files.size() + added.size();
  report_.delete_files_removed += committed->tables.front().delete_files_removed;
  report_.bytes_rewritten += bin.size_bytes;
  return {};
}

}  // namespace

Result<CompactReport> CompactTable(Warehouse& warehouse, const TableName& name,
                                   const TaskControl& control) {
  HEALIX_TRY(const TableSnapshot snapshot, warehouse.Load(name));
  if (!snapshot.snapshot_id()) return CompactReport();
  return Compaction(warehouse, snapshot, control).Run();
}

}  // namespace healix::lakehouse::tables
