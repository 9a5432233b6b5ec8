// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes acts into the outbox of the catalogue, together with the change they are about.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result/result.h"
#include "storage/records/store.h"
#include "trust/journal/act.h"

namespace healix::trust::journal {

/// Makes the tables of the journal in the catalogue store. Errors those of records::Migrate().
Status MigrateJournal(storage::records::Store& catalog);

/// Writes an act in the caller's transaction: it exists exactly when the change does. An act whose
/// id is there already is not written again.
/// Errors   kInvalidArgument when the id is not a UUID or the detail not a JSON object.
/// Example  JournalTest.TheActSharesTheFateOfTheChange
Status AppendAct(storage::records::Transaction& transaction, const Act& act);

/// Which acts to list.
struct ActQuery {
  std::optional<ActKind> kind;
  ActId after;              ///< only acts with a greater id; empty for all
  std::size_t limit = 100;  ///< 1 to 10,000
};

/// Returns acts in the order of their ids, which is about that of time.
Result<std::vector<Act>> ListActs(storage::records::Reader& reader, const ActQuery& query);

}  // namespace healix::trust::journal
