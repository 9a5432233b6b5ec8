// SPDX-License-Identifier: Apache-2.0
#include "trust/journal/journal.h"

#include <map>
#include <utility>

#include "base/ids/uuid.h"
#include "base/io/sync_points.h"
#include "formats/json/json_parser.h"
#include "storage/records/migrations.h"

namespace healix::trust::journal {
namespace {

using storage::records::Migration;
using storage::records::Null;
using storage::records::Reader;
using storage::records::Row;
using storage::records::Rows;
using storage::records::Text;
using storage::records::Transaction;
using storage::records::Value;

constexpr Migration kSteps[] = {{1, "create_outbox", R"(
CREATE TABLE act (
  id {text} PRIMARY KEY, kind {text} NOT NULL, at_micros {int} NOT NULL,
  principal {text} NOT NULL, organisation {text} NOT NULL, use_case {text} NOT NULL,
  purpose {text} NOT NULL, detail {text} NOT NULL
) {keyed_rows};
CREATE TABLE act_subject (
  act_id {text} NOT NULL REFERENCES act (id), position {int} NOT NULL,
  table_name {text} NOT NULL, snapshot_id {int}, PRIMARY KEY (act_id, position)
) {keyed_rows};
CREATE INDEX act_subject_table ON act_subject (table_name, act_id);
CREATE TABLE act_count (
  act_id {text} NOT NULL REFERENCES act (id), name {text} NOT NULL, number {int} NOT NULL,
  PRIMARY KEY (act_id, name)
) {keyed_rows};
)"}};

constexpr std::size_t kLimitMax = 10'000;
constexpr std::uint32_t kDetailDepthMax = 16;

Status CheckAct(const Act& act) {
  HEALIX_RETURN_IF_ERROR([&]() -> Status {
    const auto id = base::ParseUuid(act.id.value());
    return id ? Status() : Status(id.error());
  }());
  formats::json::JsonParser parser({.depth_max = kDetailDepthMax});
  const auto detail = parser.Parse(act.detail_json);
  if (!detail || detail->kind() != formats::json::JsonKind::kObject) {
    return MakeError(ErrorCode::kInvalidArgument, "the detail of an act is a JSON object");
  }
  return {};
}

Status AppendSubjects(Transaction& transaction, const Act& act) {
  for (std::int64_t position = 0; const ActSubject& subject : act.subjects) {
    const Value snapshot = subject.snapshot_id ? Value(*subject.snapshot_id) : Value(Null());
    HEALIX_TRY(const auto added,
               transaction.Execute("INSERT INTO act_subject (act_id, position, table_name, "
                                   "snapshot_id) VALUES (?, ?, ?, ?)",
                                   {act.id.value(), position++, subject.table, snapshot}));
    HEALIX_CHECK(added == 1, "an INSERT of one row inserts one row");
  }
  return {};
}

Status AppendCounts(Transaction& transaction, const Act& act) {
  for (const auto& [name, number] : act.counts) {
    HEALIX_TRY(const auto added,
               transaction.Execute("INSERT INTO act_count (act_id, name, number) VALUES (?, ?, ?)",
                                   {act.id.value(), name, number}));
    HEALIX_CHECK(added == 1, "an INSERT of one row inserts one row");
  }
  return {};
}

Result<Act> ActOf(const Row& row) {
  HEALIX_TRY(const ActKind kind, ParseActKind(row.Text(1)));
  Act act{.id = ActId(row.Text(0)), .kind = kind, .at = base::FromMicros(row.Int(2))};
  act.attribution = {row.Text(3), row.Text(4), row.Text(5), row.Text(6)};
  act.detail_json = row.Text(7);
  return act;
}

Status ReadParts(Reader& reader, Act& act) {
  HEALIX_RETURN_IF_ERROR(reader.Each(
      "SELECT table_name, snapshot_id FROM act_subject WHERE act_id = ? ORDER BY position",
      {act.id.value()}, [&](const Row& row) -> Status {
        act.subjects.push_back({row.Text(0), std::nullopt});
        if (!row.IsNull(1)) act.subjects.back().snapshot_id = row.Int(1);
        return {};
      }));
  return reader.Each("SELECT name, number FROM act_count WHERE act_id = ?", {act.id.value()},
                     [&](const Row& row) -> Status {
                       act.counts[row.Text(0)] = row.Int(1);
                       return {};
                     });
}

}  // namespace

Status MigrateJournal(storage::records::Store& catalog) {
  return storage::records::Migrate(catalog, {"journal", kSteps});
}

Status AppendAct(Transaction& transaction, const Act& act) {
  HEALIX_RETURN_IF_ERROR(CheckAct(act));
  const auto& who = act.attribution;
  HEALIX_TRY(const auto added,
             transaction.Execute(
                 "INSERT INTO act (id, kind, at_micros, principal, organisation, use_case, "
                 "purpose, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                 {act.id.value(), Text(Describe(act.kind).name), base::ToMicros(act.at),
                  who.principal, who.organisation, who.use_case, who.purpose, act.detail_json}));
  if (added == 0) return {};
  HEALIX_RETURN_IF_ERROR(AppendSubjects(transaction, act));
  HEALIX_RETURN_IF_ERROR(AppendCounts(transaction, act));
  base::SyncPoint("journal.append.after");
  return {};
}

Result<std::vector<Act>> ListActs(Reader& reader, const ActQuery& query) {
  if (query.limit < 1 || query.limit > kLimitMax) {
    return MakeError(ErrorCode::kInvalidArgument, "1 to {} acts are listed at once", kLimitMax);
  }
  std::string sql =
      "SELECT id, kind, at_micros, principal, organisation, use_case, purpose, detail FROM act "
      "WHERE id > ?";
  std::vector<Value> parameters = {query.after.value()};
  if (query.kind) {
    sql += " AND kind = ?";
    parameters.push_back(Text(Describe(*query.kind).name));
  }
  sql += " ORDER BY id LIMIT ?";
  parameters.push_back(static_cast<std::int64_t>(query.limit));
  HEALIX_TRY(const Rows rows, reader.Query(sql, parameters));
  std::vector<Act> acts;
  for (const Row& row : rows) {
    HEALIX_TRY(Act act, ActOf(row));
    HEALIX_RETURN_IF_ERROR(ReadParts(reader, act));
    acts.push_back(std::move(act));
  }
  return acts;
}

}  // namespace healix::trust::journal
