// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds what one commit makes visible: rows, envelopes, quarantine, keys and ledger.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lakehouse/engine/parquet_info.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/row_buffer_internal.h"
#include "lakehouse/ingest/version_key_internal.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::ingest {

/// The partition of raw.fhir.
struct FhirPartition {
  std::string source;
  std::string resource_type;
  auto operator<=>(const FhirPartition&) const = default;
};

/// Rows of one tabular table that have the same source columns.
struct TabularShape {
  tables::TableName table;
  std::vector<std::string> columns;
  auto operator<=>(const TabularShape&) const = default;
};

/// A Parquet file whose rows the engine copies as they are, with their types.
struct TableCopy {
  tables::TableName table;
  engine::ParquetInfo info;
  std::string file;
  base::Timestamp arrived_at;
};

/// The newest snapshot of every table that was appended to.
using SnapshotsByTable = std::map<std::string, std::int64_t>;

/// Runs at the end of a batch's transaction, with the snapshots that stand once it is through.
/// May run again after a retry.
using InBatch = std::function<Status(storage::records::Transaction&, const SnapshotsByTable&)>;

/// One batch. Bounded by Limits::batch_bytes_max and batch_records_max.
struct Batch {
  std::map<FhirPartition, RowBuffer> fhir;
  std::map<FhirPartition, RowBuffer> objects;  ///< large records; their rows in `fhir` name them
  std::map<TabularShape, RowBuffer> tabular;
  std::vector<TableCopy> copies;
  std::optional<RowBuffer> envelopes;
  std::vector<QuarantinedRecord> quarantine;
  std::vector<QuarantineId> resolved;  ///< entries that this batch takes in (redrive)
  std::vector<RetriedEntry> retried;   ///< entries that were tried and stay (redrive)
  std::vector<VersionKey> keys;
  std::vector<VersionKey> deleted;  ///< versions that a deletion came behind
  std::vector<LedgerStep> ledger;
  InBatch closing;  ///< may be empty
  std::uint64_t bytes = 0;
  std::uint64_t record_count = 0;

  bool empty() const {
    return ledger.empty() && quarantine.empty() && resolved.empty() && retried.empty() &&
           record_count == 0 && !closing;
  }
};

}  // namespace healix::lakehouse::ingest
