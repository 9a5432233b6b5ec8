// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "lakehouse/tables/catalog_rows_internal.h"
#include "storage/records/migrations.h"

namespace healix::lakehouse::tables {
namespace {

using storage::records::Migration;

// A name belongs to a live table or to a view, never to both: relation_names keeps it single.
constexpr std::array kSteps = {Migration{1, "create_tables", R"(
CREATE TABLE table_pointers (
  uuid {text} PRIMARY KEY,
  schema_name {text} NOT NULL,
  name {text} NOT NULL,
  version {int} NOT NULL,
  metadata_location {text} NOT NULL,
  dropped_at {int}
) {keyed_rows};
CREATE TABLE relation_names (
  schema_name {text} NOT NULL,
  name {text} NOT NULL,
  table_uuid {text},
  PRIMARY KEY (schema_name, name)
) {keyed_rows};
CREATE TABLE view_definitions (
  schema_name {text} NOT NULL,
  name {text} NOT NULL,
  sql {text} NOT NULL,
  default_schema {text} NOT NULL,
  comment {text} NOT NULL,
  PRIMARY KEY (schema_name, name)
) {keyed_rows};
CREATE TABLE view_columns (
  schema_name {text} NOT NULL,
  name {text} NOT NULL,
  position {int} NOT NULL,
  column_name {text} NOT NULL,
  PRIMARY KEY (schema_name, name, position)
) {keyed_rows};
CREATE TABLE table_events (
  sequence {identity},
  table_uuid {text} NOT NULL,
  schema_name {text} NOT NULL,
  name {text} NOT NULL,
  snapshot_id {int},
  operation {text} NOT NULL,
  committed_at {int} NOT NULL
) {rows};
)"}};

}  // namespace

Status MigrateCatalog(storage::records::Store& store) {
  return storage::records::Migrate(store, {.concern = "tables", .steps = kSteps});
}

}  // namespace healix::lakehouse::tables
