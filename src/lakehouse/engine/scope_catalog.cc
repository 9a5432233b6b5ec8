// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>

#include "lakehouse/engine/failures_internal.h"
#include "lakehouse/engine/scope_catalog_internal.h"
#include "lakehouse/engine/scope_resolver_internal.h"
#include "lakehouse/engine/types_internal.h"

namespace healix::lakehouse::engine {
namespace {

using duckdb::StringUtil;

constexpr const char* kBindingKey = "healix_scope";

[[noreturn]] void RefuseChange() {
  ThrowError(MakeError(ErrorCode::kSqlRefused, "a scope can't be changed"));
}

/// Shows one table of the scope.
class ScopeTableEntry final : public duckdb::TableCatalogEntry {
 public:
  ScopeTableEntry(duckdb::SchemaCatalogEntry& owner, duckdb::CreateTableInfo& info,
                  std::shared_ptr<const ScanSource> source)
      : duckdb::TableCatalogEntry(owner.ParentCatalog(), owner, info), source_(std::move(source)) {}

  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(duckdb::ClientContext&,
                                                           duckdb::column_t) override {
    return nullptr;
  }
  duckdb::TableFunction GetScanFunction(
      duckdb::ClientContext& context,
      duckdb::unique_ptr<duckdb::FunctionData>& bind_data) override {
    BoundTableScan scan = BindTableScan(context, source_, *this);
    bind_data = std::move(scan.bind_data);
    return std::move(scan.function);
  }
  duckdb::TableStorageInfo GetStorageInfo(duckdb::ClientContext&) override { return {}; }
  duckdb::virtual_column_map_t GetVirtualColumns() const override {
    return VirtualColumns(*source_->table);
  }
  duckdb::vector<duckdb::column_t> GetRowIdColumns() const override { return RowIdColumns(); }

 private:
  std::shared_ptr<const ScanSource> source_;
};

/// Shows one schema of the scope; its entries live in the ScopeBinding.
class ScopeSchemaEntry final : public duckdb::SchemaCatalogEntry {
 public:
  ScopeSchemaEntry(duckdb::Catalog& scope_catalog, duckdb::CreateSchemaInfo& info)
      : duckdb::SchemaCatalogEntry(scope_catalog, info) {}

  duckdb::optional_ptr<duckdb::CatalogEntry> LookupEntry(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup) override {
    if (lookup.GetCatalogType() != duckdb::CatalogType::TABLE_ENTRY &&
        lookup.GetCatalogType() != duckdb::CatalogType::VIEW_ENTRY) {
      return nullptr;
    }
    if (!transaction.HasContext()) return nullptr;
    const auto binding = ScopeBinding::Of(transaction.GetContext());
    return binding ? binding->Entry(*this, lookup.GetEntryName()) : nullptr;
  }
  // Nothing is listed: names that can be guessed at must not show what a scope holds.
  void Scan(duckdb::ClientContext&, duckdb::CatalogType,
            const std::function<void(duckdb::CatalogEntry&)>&) override {}
  void Scan(duckdb::CatalogType, const std::function<void(duckdb::CatalogEntry&)>&) override {}

  using Made = duckdb::optional_ptr<duckdb::CatalogEntry>;
  using Transaction = duckdb::CatalogTransaction;
  Made CreateIndex(Transaction, duckdb::CreateIndexInfo&, duckdb::TableCatalogEntry&) override {
    RefuseChange();
  }
  Made CreateFunction(Transaction, duckdb::CreateFunctionInfo&) override { RefuseChange(); }
  Made CreateTable(Transaction, duckdb::BoundCreateTableInfo&) override { RefuseChange(); }
  Made CreateView(Transaction, duckdb::CreateViewInfo&) override { RefuseChange(); }
  Made CreateSequence(Transaction, duckdb::CreateSequenceInfo&) override { RefuseChange(); }
  Made CreateTableFunction(Transaction, duckdb::CreateTableFunctionInfo&) override {
    RefuseChange();
  }
  Made CreateCopyFunction(Transaction, duckdb::CreateCopyFunctionInfo&) override { RefuseChange(); }
  Made CreatePragmaFunction(Transaction, duckdb::CreatePragmaFunctionInfo&) override {
    RefuseChange();
  }
  Made CreateCollation(Transaction, duckdb::CreateCollationInfo&) override { RefuseChange(); }
  Made CreateType(Transaction, duckdb::CreateTypeInfo&) override { RefuseChange(); }
  void DropEntry(duckdb::ClientContext&, duckdb::DropInfo&) override { RefuseChange(); }
  void Alter(duckdb::CatalogTransaction, duckdb::AlterInfo&) override { RefuseChange(); }
};

/// Shows the scopes of all connections, each to its own.
class ScopeCatalog final : public duckdb::Catalog {
 public:
  explicit ScopeCatalog(duckdb::AttachedDatabase& attached) : duckdb::Catalog(attached) {}

  void Initialize(bool) override {}
  duckdb::string GetCatalogType() override { return "healix"; }
  duckdb::optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(
      duckdb::CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup,
      duckdb::OnEntryNotFound if_not_found) override {
    if (transaction.HasContext()) {
      const auto binding = ScopeBinding::Of(transaction.GetContext());
      const auto schema = binding ? binding->Schema(*this, lookup.GetEntryName()) : nullptr;
      if (schema) return schema;
    }
    if (if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) return nullptr;
    ThrowError(MakeError(ErrorCode::kTableNotFound, "there is no schema {}",
                         SafeName(lookup.GetEntryName())));
  }
  void ScanSchemas(duckdb::ClientContext&,
                   std::function<void(duckdb::SchemaCatalogEntry&)>) override {}

  duckdb::optional_ptr<duckdb::CatalogEntry> CreateSchema(duckdb::CatalogTransaction,
                                                          duckdb::CreateSchemaInfo&) override {
    RefuseChange();
  }
  duckdb::PhysicalOperator& PlanCreateTableAs(duckdb::ClientContext&,
                                              duckdb::PhysicalPlanGenerator&,
                                              duckdb::LogicalCreateTable&,
                                              duckdb::PhysicalOperator&) override {
    RefuseChange();
  }
  duckdb::PhysicalOperator& PlanInsert(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalInsert&,
                                       duckdb::optional_ptr<duckdb::PhysicalOperator>) override {
    RefuseChange();
  }
  duckdb::PhysicalOperator& PlanDelete(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalDelete&, duckdb::PhysicalOperator&) override {
    RefuseChange();
  }
  duckdb::PhysicalOperator& PlanUpdate(duckdb::ClientContext&, duckdb::PhysicalPlanGenerator&,
                                       duckdb::LogicalUpdate&, duckdb::PhysicalOperator&) override {
    RefuseChange();
  }
  duckdb::DatabaseSize GetDatabaseSize(duckdb::ClientContext&) override { return {}; }
  bool InMemory() override { return true; }
  duckdb::string GetDBPath() override { return ""; }

 private:
  void DropSchema(duckdb::ClientContext&, duckdb::DropInfo&) override { RefuseChange(); }
};

/// Gives DuckDB the transactions it asks for; a scope never changes, so they do nothing.
class ScopeTransactions final : public duckdb::TransactionManager {
 public:
  explicit ScopeTransactions(duckdb::AttachedDatabase& attached)
      : duckdb::TransactionManager(attached) {}

  duckdb::Transaction& StartTransaction(duckdb::ClientContext& context) override {
    auto started = duckdb::make_uniq<duckdb::Transaction>(*this, context);
    const std::lock_guard guard(mutex_);
    open_.push_back(std::move(started));
    return *open_.back();
  }
  duckdb::ErrorData CommitTransaction(duckdb::ClientContext&,
                                      duckdb::Transaction& transaction) override {
    Forget(transaction);
    return {};
  }
  void RollbackTransaction(duckdb::Transaction& transaction) override { Forget(transaction); }
  void Checkpoint(duckdb::ClientContext&, bool) override {}

 private:
  void Forget(const duckdb::Transaction& ended) {
    const std::lock_guard guard(mutex_);
    std::erase_if(open_, [&](const auto& transaction) { return transaction.get() == &ended; });
  }

  std::mutex mutex_;
  std::vector<duckdb::unique_ptr<duckdb::Transaction>> open_;
};

duckdb::unique_ptr<duckdb::Catalog> AttachCatalog(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo>, duckdb::ClientContext&,
    duckdb::AttachedDatabase& attached, const duckdb::string&, duckdb::AttachInfo&,
    duckdb::AttachOptions&) {
  return duckdb::make_uniq<ScopeCatalog>(attached);
}

duckdb::unique_ptr<duckdb::TransactionManager> MakeTransactions(
    duckdb::optional_ptr<duckdb::StorageExtensionInfo>, duckdb::AttachedDatabase& attached,
    duckdb::Catalog&) {
  return duckdb::make_uniq<ScopeTransactions>(attached);
}

}  // namespace

void RegisterScopeCatalog(duckdb::DBConfig& config) {
  auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
  extension->attach = AttachCatalog;
  extension->create_transaction_manager = MakeTransactions;
  duckdb::StorageExtension::Register(config, "healix", std::move(extension));
}

void ScopeBinding::Attach(duckdb::Connection& connection, std::shared_ptr<const Scope> scope,
                          ScanServices services) {
  connection.context->registered_state->Insert(
      kBindingKey, duckdb::make_shared_ptr<ScopeBinding>(std::move(scope), services));
}

duckdb::shared_ptr<ScopeBinding> ScopeBinding::Of(duckdb::ClientContext& context) {
  return context.registered_state->Get<ScopeBinding>(kBindingKey);
}

void ScopeBinding::Resolve(duckdb::QueryNode& query) const {
  ScopeResolver(*scope_, scope_->default_schema).WalkQuery(query);
}

duckdb::optional_ptr<duckdb::SchemaCatalogEntry> ScopeBinding::Schema(duckdb::Catalog& catalog,
                                                                      const std::string& name) {
  const auto has = [&](const Relation& relation) {
    return StringUtil::CIEquals(relation.schema_name, name);
  };
  if (std::none_of(scope_->relations.begin(), scope_->relations.end(), has)) return nullptr;
  auto& entry = schemas_[StringUtil::Lower(name)];
  if (!entry) {
    duckdb::CreateSchemaInfo info;
    info.catalog = catalog.GetName();
    info.schema = name;
    entry = duckdb::make_uniq<ScopeSchemaEntry>(catalog, info);
  }
  return entry.get();
}

duckdb::optional_ptr<duckdb::CatalogEntry> ScopeBinding::Entry(duckdb::SchemaCatalogEntry& schema,
                                                               const std::string& key) {
  auto& entry = entries_[StringUtil::Lower(schema.name) + std::string(1, '\0') + key];
  if (entry) return entry.get();
  for (const Relation& relation : scope_->relations) {
    if (StringUtil::CIEquals(relation.schema_name, schema.name) &&
        RelationKey(relation.name, relation.at) == key) {
      entry = MakeEntry(schema, relation);
      return entry.get();
    }
  }
  return nullptr;
}

duckdb::unique_ptr<duckdb::CatalogEntry> ScopeBinding::MakeEntry(duckdb::SchemaCatalogEntry& schema,
                                                                 const Relation& relation) {
  if (std::holds_alternative<ViewText>(relation.content)) return MakeView(schema, relation);
  const auto& table = *std::get_if<std::shared_ptr<const ScanTable>>(&relation.content);
  duckdb::CreateTableInfo info(schema, relation.name);
  for (const iceberg::Field& field : table->schema.fields) {
    const bool stored = type_names_ == TypeNames::kStored;
    info.columns.AddColumn(duckdb::ColumnDefinition(
        field.name, stored ? NamedTypeFrom(field.type) : LogicalTypeFrom(field.type)));
  }
  auto source = std::make_shared<const ScanSource>(ScanSource{table, services_});
  return duckdb::make_uniq<ScopeTableEntry>(schema, info, std::move(source));
}

duckdb::unique_ptr<duckdb::CatalogEntry> ScopeBinding::MakeView(duckdb::SchemaCatalogEntry& schema,
                                                                const Relation& relation) {
  const auto& view = *std::get_if<ViewText>(&relation.content);
  duckdb::Parser parser;
  parser.ParseQuery(view.sql);
  if (parser.statements.size() != 1 ||
      parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
    ThrowError(MakeError(ErrorCode::kQueryFailed, "the view {} is not one SELECT",
                         SafeName(relation.name)));
  }
  duckdb::CreateViewInfo info(schema, relation.name);
  info.query = duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(
      std::move(parser.statements[0]));
  const std::string& inner =
      view.default_schema.empty() ? scope_->default_schema : view.default_schema;
  ScopeResolver(*scope_, inner).WalkQuery(*info.query->node);
  for (const std::string& column : view.column_names) info.aliases.push_back(column);
  return duckdb::make_uniq<duckdb::ViewCatalogEntry>(schema.ParentCatalog(), schema, info);
}

}  // namespace healix::lakehouse::engine
