// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Shows a scope to DuckDB as a catalogue. Binding looks names up in the scope of the
/// statement that its connection runs, and nowhere else.

#include <map>
#include <memory>
#include <string>

#include "base/result/result.h"
#include "lakehouse/engine/duckdb_internal.h"
#include "lakehouse/engine/scope.h"
#include "lakehouse/engine/table_scan_internal.h"

namespace healix::lakehouse::engine {

/// The name the catalogue is attached under; users never write it.
inline constexpr const char* kCatalogName = "healix_scope";

/// Teaches an instance the catalogue; before the lock-down.
void RegisterScopeCatalog(duckdb::DBConfig& config);

/// What the columns of tables are called: by the type that DuckDB computes with, or by what is
/// stored.
enum class TypeNames : std::uint8_t { kComputed, kStored };

/// Holds the scope of one statement and the catalogue entries made from it. Lives as long as the
/// connection that runs the statement.
class ScopeBinding final : public duckdb::ClientContextState {
 public:
  ScopeBinding(std::shared_ptr<const Scope> scope, ScanServices services)
      : scope_(std::move(scope)), services_(services) {}

  /// Puts a binding into a connection, which must not have one.
  static void Attach(duckdb::Connection& connection, std::shared_ptr<const Scope> scope,
                     ScanServices services);
  static duckdb::shared_ptr<ScopeBinding> Of(duckdb::ClientContext& context);

  /// Before the first statement is bound; kComputed by default.
  void set_type_names(TypeNames names) { type_names_ = names; }

  /// Points every table of a parsed SELECT at its relation and checks its table functions.
  /// Throws kTableNotFound and kSqlRefused (see ThrowError).
  void Resolve(duckdb::QueryNode& query) const;

  /// Returns the schema entry, made when first asked for; nullptr when the scope has none.
  duckdb::optional_ptr<duckdb::SchemaCatalogEntry> Schema(duckdb::Catalog& catalog,
                                                          const std::string& name);
  /// Returns the entry of a relation by the name that Resolve() gave; nullptr when absent.
  duckdb::optional_ptr<duckdb::CatalogEntry> Entry(duckdb::SchemaCatalogEntry& schema,
                                                   const std::string& key);

 private:
  duckdb::unique_ptr<duckdb::CatalogEntry> MakeEntry(duckdb::SchemaCatalogEntry& schema,
                                                     const Relation& relation);
  duckdb::unique_ptr<duckdb::CatalogEntry> MakeView(duckdb::SchemaCatalogEntry& schema,
                                                    const Relation& relation);

  std::shared_ptr<const Scope> scope_;
  ScanServices services_;
  TypeNames type_names_ = TypeNames::kComputed;
  std::map<std::string, duckdb::unique_ptr<duckdb::SchemaCatalogEntry>> schemas_;
  std::map<std::string, duckdb::unique_ptr<duckdb::CatalogEntry>> entries_;
};

}  // namespace healix::lakehouse::engine
