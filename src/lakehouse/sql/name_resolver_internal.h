// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Looks up every name of a statement and seals what it finds into a scope.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lakehouse/engine/scope.h"
#include "lakehouse/engine/statement_parser.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::sql {

/// Resolves the names of one statement. A table named twice is read at the same snapshot; views are
/// followed to the tables below them. The scope keeps the leases of its snapshots.
/// Threads  one at a time.
/// Errors   kTableNotFound, kSnapshotNotFound, kSqlRefused (a view that uses itself, time travel
///          of a view, `AT` without a literal), and those of Warehouse.
class NameResolver final {
 public:
  NameResolver(tables::Warehouse& warehouse, std::string default_schema)
      : warehouse_(warehouse), default_schema_(std::move(default_schema)) {}

  /// Makes the statement read a table at this snapshot wherever it names it.
  void Pin(const tables::TableSnapshot& snapshot);
  /// Adds the tables and views of a statement to the scope, which asks for a process of its own
  /// when a function of the statement or of a view does.
  Status Add(const engine::ParsedStatement& statement);
  /// Adds one table or view by its name.
  Status AddName(const tables::TableName& name);
  /// Returns the scope with all that was added.
  std::shared_ptr<const engine::Scope> Seal();
  /// Returns the views that were followed.
  const std::set<tables::TableName>& views() const { return views_; }

 private:
  static constexpr std::size_t kViewDepthMax = 32;

  void NoteFunctions(const engine::ParsedStatement& statement);
  Result<tables::TableSnapshot> Current(const tables::TableName& name);
  Status AddReference(const engine::TableReference& reference, const std::string& default_schema);
  Status AddTable(const tables::TableSnapshot& snapshot, const tables::TableName& name,
                  const std::optional<engine::TimeTravel>& at);
  Status AddView(const tables::ViewDefinition& view);
  Status AddInformation(const tables::TableName& name);
  Result<tables::TableSnapshot> Travel(const tables::TableName& name, const engine::TimeTravel& at);

  tables::Warehouse& warehouse_;
  const std::string default_schema_;
  std::map<tables::TableName, tables::TableSnapshot> pinned_;
  std::set<std::pair<tables::TableName, std::string>> added_;
  std::set<tables::TableName> views_;
  std::vector<tables::TableName> open_views_;
  std::vector<engine::Relation> relations_;
  engine::Isolation isolation_ = engine::Isolation::kNone;
};

}  // namespace healix::lakehouse::sql
