// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "base/time/instant.h"
#include "lakehouse/sql/allowed_functions.h"
#include "lakehouse/sql/information_schema_internal.h"
#include "lakehouse/sql/name_resolver_internal.h"
#include "lakehouse/sql/statement_check_internal.h"

namespace healix::lakehouse::sql {
namespace {

using tables::TableName;
using tables::TableSnapshot;

/// A table in a scope together with the lease of its snapshot.
struct LeasedTable {
  TableSnapshot snapshot;
  std::shared_ptr<const engine::ScanTable> table;
};

/// Reads `2026-11-21`, `2026-11-21 12:00:00[.5]` with or without zone; UTC when there is none.
Result<base::Timestamp> ParseMoment(std::string text) {
  constexpr std::size_t kDateLength = 10;
  if (text.size() == kDateLength) text += "T00:00:00";
  if (text.size() > kDateLength && text[kDateLength] == ' ') text[kDateLength] = 'T';
  const bool has_zone = text.find_first_of("Zz+-", kDateLength) != std::string::npos;
  if (!has_zone) text += "Z";
  const std::size_t sign = text.find_first_of("+-", kDateLength);
  if (sign != std::string::npos && text.size() - sign == 3) text += ":00";
  return base::ParseInstant(text);
}

}  // namespace

void NameResolver::Pin(const TableSnapshot& snapshot) {
  pinned_.emplace(snapshot.name(), snapshot);
}

Result<TableSnapshot> NameResolver::Current(const TableName& name) {
  if (const auto pinned = pinned_.find(name); pinned != pinned_.end()) return pinned->second;
  HEALIX_TRY(TableSnapshot snapshot, warehouse_.Load(name));
  return pinned_.emplace(name, std::move(snapshot)).first->second;
}

void NameResolver::NoteFunctions(const engine::ParsedStatement& statement) {
  if (std::ranges::any_of(statement.functions, KeepsUncountedMemory)) {
    isolation_ = engine::Isolation::kOwnProcess;
  }
}

Status NameResolver::Add(const engine::ParsedStatement& statement) {
  NoteFunctions(statement);
  for (const engine::TableReference& reference : statement.tables) {
    HEALIX_RETURN_IF_ERROR(AddReference(reference, default_schema_));
  }
  return {};
}

Status NameResolver::AddName(const TableName& name) {
  return AddReference({{"", name.schema, name.name}, std::nullopt, 0}, default_schema_);
}

std::shared_ptr<const engine::Scope> NameResolver::Seal() {
  auto scope = std::make_shared<engine::Scope>();
  scope->relations = std::move(relations_);
  scope->default_schema = default_schema_;
  scope->isolation = isolation_;
  return scope;
}

Status NameResolver::AddReference(const engine::TableReference& reference,
                                  const std::string& default_schema) {
  HEALIX_TRY(const TableName name, Qualify(reference.name, default_schema));
  const std::string at = reference.at ? reference.at->text : "";
  if (!added_.emplace(name, at).second) return {};
  if (name.schema == "information_schema") return AddInformation(name);
  if (reference.at) {
    HEALIX_TRY(const TableSnapshot snapshot, Travel(name, *reference.at));
    return AddTable(snapshot, name, reference.at);
  }
  const auto snapshot = Current(name);
  if (snapshot) return AddTable(*snapshot, name, std::nullopt);
  if (snapshot.error().code() != ErrorCode::kTableNotFound) return snapshot.error();
  const auto view = warehouse_.LoadView(name);
  if (view) return AddView(*view);
  if (view.error().code() != ErrorCode::kTableNotFound) return view.error();
  return MakeError(ErrorCode::kTableNotFound, "there is no table or view {}",
                   SafeName(ToString(name)));
}

Status NameResolver::AddTable(const TableSnapshot& snapshot, const TableName& name,
                              const std::optional<engine::TimeTravel>& at) {
  HEALIX_TRY(auto table, warehouse_.ToScanTable(snapshot));
  auto leased = std::make_shared<LeasedTable>(LeasedTable{snapshot, std::move(table)});
  const engine::ScanTable* scan = leased->table.get();
  engine::Relation relation;
  relation.schema_name = name.schema;
  relation.name = name.name;
  if (at) relation.at = at->text;
  relation.content = std::shared_ptr<const engine::ScanTable>(std::move(leased), scan);
  relations_.push_back(std::move(relation));
  return {};
}

Status NameResolver::AddView(const tables::ViewDefinition& view) {
  if (std::find(open_views_.begin(), open_views_.end(), view.name) != open_views_.end()) {
    return Refused("the view " + ToString(view.name) + ", which uses itself,");
  }
  if (open_views_.size() == kViewDepthMax) return Refused("nesting views deeper than 32");
  views_.insert(view.name);
  HEALIX_TRY(const auto statements, engine::ParseStatements(view.sql));
  open_views_.push_back(view.name);
  for (const engine::ParsedStatement& statement : statements) {
    HEALIX_RETURN_IF_ERROR(CheckAllowed(statement));
    NoteFunctions(statement);
    for (const engine::TableReference& reference : statement.tables) {
      // A view that is reached again while it is open must not pass as already added.
      HEALIX_TRY(const TableName name, Qualify(reference.name, view.default_schema));
      if (std::find(open_views_.begin(), open_views_.end(), name) != open_views_.end()) {
        return Refused("the view " + ToString(name) + ", which uses itself,");
      }
      HEALIX_RETURN_IF_ERROR(AddReference(reference, view.default_schema));
    }
  }
  open_views_.pop_back();
  engine::Relation relation;
  relation.schema_name = view.name.schema;
  relation.name = view.name.name;
  relation.content = engine::ViewText{view.sql, view.default_schema, view.column_names};
  relations_.push_back(std::move(relation));
  return {};
}

Status NameResolver::AddInformation(const TableName& name) {
  HEALIX_TRY(std::string sql, InformationSql(warehouse_, name.name));
  engine::Relation relation;
  relation.schema_name = name.schema;
  relation.name = name.name;
  relation.content = engine::ViewText{std::move(sql), default_schema_, {}};
  relations_.push_back(std::move(relation));
  return {};
}

Result<TableSnapshot> NameResolver::Travel(const TableName& name, const engine::TimeTravel& at) {
  if (!at.constant) return Refused("AT with something else than a literal");
  if (at.unit == engine::TimeTravel::Unit::kTimestamp) {
    HEALIX_TRY(const base::Timestamp moment, ParseMoment(*at.constant));
    return warehouse_.Load(name, moment);
  }
  std::int64_t snapshot_id = 0;
  const char* const end = at.constant->data() + at.constant->size();
  const auto parsed = std::from_chars(at.constant->data(), end, snapshot_id);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return MakeError(ErrorCode::kSnapshotNotFound, "a version is the number of a snapshot");
  }
  return warehouse_.Load(name, snapshot_id);
}

}  // namespace healix::lakehouse::sql
