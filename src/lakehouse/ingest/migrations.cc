// SPDX-License-Identifier: Apache-2.0
#include "storage/records/migrations.h"

#include "lakehouse/ingest/ledger_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::string_view kCreateTables = R"(
CREATE TABLE ingest_runs (
  id {text} NOT NULL PRIMARY KEY,
  principal {text} NOT NULL, organisation {text} NOT NULL,
  use_case {text} NOT NULL, purpose {text} NOT NULL,
  program {text} NOT NULL,
  state {text} NOT NULL,
  changed_at {int} NOT NULL
) {rows};
CREATE TABLE ingest_files (
  source {text} NOT NULL, sha256 {text} NOT NULL, member {text} NOT NULL,
  file {text} NOT NULL,
  items_done {int} NOT NULL,
  bytes_done {int} NOT NULL,
  is_complete {int} NOT NULL,
  account {text} NOT NULL,
  receipted {text},
  PRIMARY KEY (source, sha256, member)
) {keyed_rows};
CREATE TABLE ingest_versions (
  version {blob} NOT NULL PRIMARY KEY
) {keyed_rows};
CREATE TABLE ingest_quarantine (
  id {identity},
  source {text} NOT NULL, kind {text} NOT NULL, file {text} NOT NULL,
  byte_offset {int} NOT NULL, byte_length {int} NOT NULL, line {int},
  sha256 {text} NOT NULL, code {text} NOT NULL, type {text} NOT NULL,
  ingest {text} NOT NULL, arrived_at {int} NOT NULL,
  kept {blob} NOT NULL,
  resolved_by {text}
) {rows};
CREATE INDEX ingest_quarantine_open ON ingest_quarantine (id) WHERE resolved_by IS NULL;
CREATE TABLE ingest_receipts (
  id {text} NOT NULL PRIMARY KEY,
  ingest {text} NOT NULL,
  finished_at {int} NOT NULL,
  written {int} NOT NULL, duplicate {int} NOT NULL, quarantined {int} NOT NULL,
  bytes {int} NOT NULL,
  json {text} NOT NULL,
  public_key {text} NOT NULL, signature {text} NOT NULL
) {rows};
)";

/// What is left for a receipt to tell is found by the run that took it in.
constexpr std::string_view kAddUntold = R"(
ALTER TABLE ingest_files ADD COLUMN untold_by {text};
UPDATE ingest_files SET untold_by = '' WHERE receipted IS NULL OR receipted <> account;
UPDATE ingest_files SET receipted = NULL WHERE untold_by IS NULL;
CREATE INDEX ingest_files_untold ON ingest_files (untold_by) WHERE untold_by IS NOT NULL;
)";

/// Says which file a quarantined item belongs to, and whether it is a record or what was left of a
/// file that could not be read on.
constexpr std::string_view kTellFilesOfQuarantine = R"(
ALTER TABLE ingest_quarantine ADD COLUMN file_sha256 {text} NOT NULL DEFAULT '';
ALTER TABLE ingest_quarantine ADD COLUMN member {text} NOT NULL DEFAULT '';
ALTER TABLE ingest_quarantine ADD COLUMN extent {text} NOT NULL DEFAULT 'record';
UPDATE ingest_quarantine SET
  file_sha256 = COALESCE((SELECT MAX(f.sha256) FROM ingest_files f
    WHERE f.source = ingest_quarantine.source AND f.file = ingest_quarantine.file), ''),
  member = COALESCE((SELECT MAX(f.member) FROM ingest_files f
    WHERE f.source = ingest_quarantine.source AND f.file = ingest_quarantine.file), '');
UPDATE ingest_quarantine SET extent = 'rest' WHERE byte_length = 0 AND sha256 = file_sha256;
UPDATE ingest_quarantine SET extent = 'rest' WHERE kind = 'unreadable';
CREATE INDEX ingest_quarantine_rest ON ingest_quarantine (file_sha256)
  WHERE extent = 'rest' AND resolved_by IS NULL;
)";

/// Says which versions a deletion without a time came behind.
constexpr std::string_view kMarkDeletedVersions = R"(
CREATE TABLE ingest_deleted_versions (
  version {blob} NOT NULL PRIMARY KEY
) {keyed_rows};
)";

/// New keys lie here, sorted, until a sweep takes them into ingest_versions.
constexpr std::string_view kAddVersionRuns = R"(
CREATE TABLE ingest_version_runs (
  run {int} NOT NULL, first_key {blob} NOT NULL,
  keys {blob} NOT NULL,
  PRIMARY KEY (run, first_key)
) {rows};
)";

}  // namespace

Status MigrateIngest(storage::records::Store& records) {
  static const storage::records::Migration steps[] = {
      {1, "create_tables", kCreateTables},
      {2, "add_untold", kAddUntold},
      {3, "tell_files_of_quarantine", kTellFilesOfQuarantine},
      {4, "mark_deleted_versions", kMarkDeletedVersions},
      {5, "add_version_runs", kAddVersionRuns}};
  return storage::records::Migrate(records, {"ingest", steps});
}

}  // namespace healix::lakehouse::ingest
