// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lays out the raw tables: their names, columns, partitions and views.

#include <string>
#include <string_view>
#include <vector>

#include "base/time/clock.h"
#include "lakehouse/ingest/row_buffer_internal.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::ingest {

/// All FHIR records, partitioned by source and resource type. A record over
/// Limits::inline_bytes_max has no `resource` here, but an `object`: the key of the row in
/// ObjectTable() that is the same with its bytes.
const tables::TableName& FhirTable();
/// The large records of FhirTable(), with the same columns and partitions. Made when there is one.
const tables::TableName& ObjectTable();
/// What holds records together: Bundles without resources, CSV headers.
const tables::TableName& EnvelopeTable();
/// Returns `raw.<source>_<table>`.
tables::TableName TabularTable(std::string_view source, std::string_view table);

const std::vector<Column>& FhirColumns();
const std::vector<Column>& EnvelopeColumns();
/// Returns the columns of a tabular table: those of the source as text, then the lineage columns
/// `hx_file`, `hx_line`, `hx_offset`, `hx_length`, `hx_hash`, `hx_ingest`, `hx_arrived_at`.
/// A source column of such a name gets `_2` behind it.
std::vector<Column> TabularColumns(const std::vector<std::string>& source_columns);
inline constexpr std::size_t kLineageColumns = 7;

/// Returns the columns of a table of copied Parquet rows: those of the file with their types, then
/// the lineage columns.
iceberg::Schema CopiedSchema(const iceberg::Schema& file);
/// Returns the SELECT that yields such rows from relation `input`, the file.
std::string CopyStatement(const iceberg::Schema& file, const std::string& file_name,
                          const std::string& ingest, base::Timestamp arrived_at);

/// Returns how a new raw table looks: raw.fhir is partitioned by source and type, others not.
tables::NewTableLayout LayoutOf(const tables::TableName& table, iceberg::Schema schema);

/// Where the resources of a type lie.
enum class TypeStorage : std::uint8_t {
  kInline,       ///< all in raw.fhir
  kWithObjects,  ///< large ones in raw.fhir_object
};

/// Returns the view `raw.<type in lower case>`: one row per version, always with its resource.
tables::ViewDefinition TypeView(std::string_view resource_type, TypeStorage storage);

}  // namespace healix::lakehouse::ingest
