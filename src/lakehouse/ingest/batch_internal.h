// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds what one commit makes visible: rows, envelopes, quarantine, keys and ledger.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lakehouse/engine/parquet_info.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/quarantine.h"
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

/// One batch. Bounded by Limits::batch_bytes_max and batch_records_max.
struct Batch {
  std::map<FhirPartition, RowBuffer> fhir;
  std::map<TabularShape, RowBuffer> tabular;
  std::vector<TableCopy> copies;
  std::optional<RowBuffer> envelopes;
  std::vector<QuarantinedRecord> quarantine;
  std::vector<QuarantineId> resolved;  ///< entries that this batch takes in (redrive)
  std::vector<VersionKey> keys;
  std::vector<LedgerStep> ledger;
  std::uint64_t bytes = 0;
  std::uint64_t record_count = 0;

  bool empty() const {
    return ledger.empty() && quarantine.empty() && resolved.empty() && record_count == 0;
  }
};

}  // namespace healix::lakehouse::ingest
