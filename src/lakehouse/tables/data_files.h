// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes rows as data files of a table, ready to be committed.

#include <string>
#include <vector>

#include "lakehouse/engine/engine.h"
#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/transforms.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// Where files are written for: an existing table or one that is still a plan.
struct WriteTarget {
  std::string location;  ///< of the table, a URI
  iceberg::Schema schema;
  iceberg::PartitionSpec spec;
};
/// Writes with the current schema and the default spec.
WriteTarget TargetOf(const TableSnapshot& snapshot);
WriteTarget TargetOf(const TablePlan& plan);

/// Writes Parquet files for tables. What it returns is durable, and an orphan until it is
/// committed. Threads  any. Errors   those of Engine::WriteParquet; kQueryFailed for a NULL in a
/// required column. Example  RowsTest.WritesOneFilePerPartition
class DataFileWriter final {
 public:
  static constexpr std::size_t kPartitionsMax = 10'000;  ///< of one Write()

  explicit DataFileWriter(const Warehouse& warehouse)
      : parts_(warehouse.parts()), options_(warehouse.options()) {}

  /// Writes rows that all belong to one partition: its values in the order of the spec's fields,
  /// none for an unpartitioned table. Nothing is checked against `partition`.
  Result<std::vector<iceberg::DataFile>> WritePartition(
      const WriteTarget& target, const std::vector<iceberg::Value>& partition,
      engine::WriteSource source);

  /// Writes any rows; a partitioned table gets at least one file per partition among them. The rows
  /// are staged once, then sorted into their partitions.
  /// Errors   kUnsupported for unknown transforms and nested columns, kLimitExceeded over
  ///          kPartitionsMax.
  Result<std::vector<iceberg::DataFile>> Write(const WriteTarget& target,
                                               engine::WriteSource source);

  /// Removes files that will not be committed, as far as possible.
  void Discard(const std::vector<iceberg::DataFile>& files);

 private:
  const WarehouseParts& parts_;
  const TableOptions& options_;
};

}  // namespace healix::lakehouse::tables
