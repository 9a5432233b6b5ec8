// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Turns each change that a SQL session makes into an act of the journal.

#include "base/ids/uuid.h"
#include "base/time/clock.h"
#include "lakehouse/sql/session.h"
#include "lakehouse/tables/maintenance.h"
#include "trust/journal/act.h"

namespace healix::app {

/// Returns what SessionOptions::on_change takes. Both arguments must outlive it.
decltype(lakehouse::sql::SessionOptions::on_change) ChangeActs(base::UuidV7Source& ids,
                                                               const base::Clock& clock);

/// Returns what TaskControl::in_transaction takes: one act of `kind` for all tables changed.
lakehouse::tables::InTransaction TaskAct(base::UuidV7Source& ids, const base::Clock& clock,
                                         trust::journal::ActKind kind);

}  // namespace healix::app
