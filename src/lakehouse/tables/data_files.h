// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes rows as data files of a table, ready to be committed.

#include <string>
#include <vector>

#include "lakehouse/engine/engine.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// Where files are written for: an existing table or one that is still a plan.
struct WriteTarget {
  std::string location;  ///< of the table, a URI
  iceberg::Schema schema;
  iceberg::PartitionSpec spec;
};
WriteTarget TargetOf(const TableSnapshot& snapshot);
WriteTarget TargetOf(const TablePlan& plan);

/// Writes Parquet files for one table.
/// Threads  any.
/// Errors   those of Engine::WriteParquet; kUnsupported for partition transforms that SQL can't
///          compute (bucket).
class DataFileWriter final {
 public:
  DataFileWriter(const WarehouseParts& parts, const TableOptions& options)
      : parts_(parts), options_(options) {}

  /// Writes rows that all belong to one partition: its values in the order of the spec's fields,
  /// none for an unpartitioned table.
  Result<std::vector<iceberg::DataFile>> WritePartition(
      const WriteTarget& target, const std::vector<iceberg::Value>& partition,
      engine::WriteSource source);
  /// Writes any rows; a partitioned table gets at least one file per partition among them.
  Result<std::vector<iceberg::DataFile>> Write(const WriteTarget& target,
                                               engine::WriteSource source);

 private:
  WarehouseParts parts_;
  TableOptions options_;
};

}  // namespace healix::lakehouse::tables
