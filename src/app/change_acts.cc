// SPDX-License-Identifier: Apache-2.0
#include "app/change_acts.h"

#include <map>

#include "trust/journal/journal.h"

namespace healix::app {
namespace {

namespace journal = trust::journal;
namespace sql = lakehouse::sql;
namespace tables = lakehouse::tables;
using storage::records::Transaction;

/// The operations that lakehouse/sql names, and the acts they are.
journal::ActKind KindOf(const std::string& operation) {
  static const std::map<std::string, journal::ActKind> kinds = {
      {"insert", journal::ActKind::kTableAppend},
      {"delete", journal::ActKind::kTableDelete},
      {"create_table", journal::ActKind::kTableCreate},
      {"create_table_as", journal::ActKind::kTableCreate},
      {"alter_table", journal::ActKind::kTableAlter},
      {"drop_table", journal::ActKind::kTableDrop},
      {"create_view", journal::ActKind::kViewCreate},
      {"drop_view", journal::ActKind::kViewDrop}};
  const auto found = kinds.find(operation);
  return found == kinds.end() ? journal::ActKind::kTablesCommit : found->second;
}

journal::Act MakeAct(base::UuidV7Source& ids, const base::Clock& clock, journal::ActKind kind,
                     const tables::CommitOutcome& outcome) {
  journal::Act act;
  act.id = journal::ActId(ids.Next().ToString());
  act.kind = kind;
  act.at = clock.Now();
  for (const tables::TableOutcome& table : outcome.tables) {
    act.subjects.push_back({.table = ToString(table.name), .snapshot_id = table.snapshot_id});
  }
  return act;
}

}  // namespace

decltype(sql::SessionOptions::on_change) ChangeActs(base::UuidV7Source& ids,
                                                    const base::Clock& clock) {
  return [&ids, &clock](Transaction& transaction, const sql::Change& change,
                        const tables::CommitOutcome& outcome) -> Status {
    journal::Act act = MakeAct(ids, clock, KindOf(change.operation), outcome);
    if (act.subjects.empty() && !change.table.name.empty()) {
      act.subjects.push_back({.table = ToString(change.table), .snapshot_id = {}});
    }
    return journal::AppendAct(transaction, act);
  };
}

tables::InTransaction TaskAct(base::UuidV7Source& ids, const base::Clock& clock,
                              journal::ActKind kind) {
  return [&ids, &clock, kind](Transaction& transaction,
                              const tables::CommitOutcome& outcome) -> Status {
    return journal::AppendAct(transaction, MakeAct(ids, clock, kind, outcome));
  };
}

}  // namespace healix::app
