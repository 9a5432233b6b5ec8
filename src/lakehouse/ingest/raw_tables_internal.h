// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lays out the raw tables: their names, columns, partitions and views.

#include <set>
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
/// Returns the names of tables that no resource type may have, as its view would be called so.
const std::vector<std::string>& ReservedTypes();
/// Returns `raw.<source>_<table>`; `_2` stands behind a name that is one of the tables above.
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

/// What the view of a type shows. Types whose names differ by case only share one view.
struct TypeViewContent {
  std::set<std::string> types;
  TypeStorage storage = TypeStorage::kInline;

  void Add(const TypeViewContent& other);
  bool Holds(const TypeViewContent& other) const;
};

/// Returns the name `raw.<type in lower case>`.
tables::TableName TypeViewName(std::string_view resource_type);
/// Returns the view: one row per version, always with its resource. `content` has a type.
tables::ViewDefinition TypeView(const TypeViewContent& content);
/// Returns what a view made by TypeView() shows.
TypeViewContent ContentOf(const tables::ViewDefinition& type_view);

}  // namespace healix::lakehouse::ingest
