// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Brings the tables of one concern to the state this program expects.

#include <span>
#include <string>
#include <string_view>

#include "base/result/result.h"
#include "storage/records/store.h"

namespace healix::storage::records {

/// Is one step. Once released it is never edited: a change is a new step.
/// `sql` holds statements ended by `;`, with these tokens for what the databases spell differently:
/// `{int}` `{real}` `{text}` `{blob}` column types; `{identity}` an integer primary key that counts
/// up and never reuses a number; `{rows}` behind the `)` of a table, `{keyed_rows}` there for a
/// table stored in the order of its primary key. No `;` inside a literal.
struct Migration {
  int number = 0;         ///< from 1, without gaps
  std::string_view name;  ///< `create_tables`
  std::string_view sql;
};

/// Names a concern and all its steps in order. Several concerns may share a store.
struct MigrationPlan {
  std::string_view concern;  ///< `journal`
  std::span<const Migration> steps;
};

/// Runs the steps that the store has not had, in one transaction, and records each with its
/// checksum. Does nothing when all are there. Several programs may call it at once.
/// Errors   kHomeTooNew when the store had a step that this program doesn't know,
///          kRecordsDamaged when a recorded step differs from ours.
/// Example  MigrationsTest.RunsEachStepOnce
Status Migrate(Store& store, const MigrationPlan& plan);

/// Returns `sql` with the tokens replaced.
std::string SpellFor(Dialect dialect, std::string_view sql);

}  // namespace healix::storage::records
