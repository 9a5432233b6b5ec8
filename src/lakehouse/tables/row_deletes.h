// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns "these rows are gone" into position-delete files and removed data files.

#include <cstdint>
#include <string>

#include "lakehouse/engine/engine.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// A deletion that is ready to be committed on the snapshot it was made from.
struct PlannedDelete {
  DeleteRows operation;
  std::uint64_t rows_deleted = 0;
};

/// Finds rows and writes what deletes them.
/// A data file that loses its last row is removed; for the others there is one delete file per
/// partition, sorted by file and position (Iceberg specification, "Position Delete Files").
/// Threads  any.
/// Example  RowsTest.RemovesAFileThatLosesItsLastRow
class RowDeleter final {
 public:
  explicit RowDeleter(Warehouse& warehouse) : warehouse_(warehouse), parts_(warehouse.parts()) {}

  /// `rows` selects two columns, the location and the position (engine::PlaceColumns) of each row
  /// that goes, each once, from a scope that reads `snapshot`.
  Result<PlannedDelete> Plan(const TableSnapshot& snapshot, engine::SqlSource rows);

  /// Plans the removal of all rows without reading them.
  Result<PlannedDelete> PlanAll(const TableSnapshot& snapshot);

  /// Removes the files of a deletion that will not be committed.
  void Discard(const PlannedDelete& planned);

 private:
  struct Hits;

  Result<Hits> CountHits(const iceberg::ScanPlan& plan,
                         const std::vector<iceberg::DataFile>& staged);
  Status CountLiveRows(const engine::ScanTable& table, Hits& hits);
  Status WriteDeleteFiles(const TableSnapshot& snapshot, const Hits& hits,
                          const std::vector<iceberg::DataFile>& staged, DeleteRows& operation);

  Warehouse& warehouse_;
  const WarehouseParts& parts_;
};

}  // namespace healix::lakehouse::tables
