// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens a warehouse for tests and benches, on a disk of their choice.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lakehouse/tables/maintenance.h"
#include "lakehouse/tables/warehouse.h"
#include "storage/records/sqlite_store.h"

namespace healix::lakehouse::tables {

/// Stands in for the engine where a test needs no rows: every call is refused.
class NoEngine final : public engine::Engine {
 public:
  Result<std::unique_ptr<engine::ResultStream>> Query(std::shared_ptr<const engine::Scope>,
                                                      std::string_view,
                                                      engine::QueryOptions) override {
    return Refuse();
  }
  Result<std::vector<engine::ResultColumn>> Describe(std::shared_ptr<const engine::Scope>,
                                                     std::string_view) override {
    return Refuse();
  }
  Result<std::vector<engine::WrittenFile>> WriteParquet(engine::WriteSource,
                                                        const engine::WriteOptions&) override {
    return Refuse();
  }
  Result<engine::ParquetInfo> InspectParquet(const std::string&) override { return Refuse(); }

 private:
  static Error Refuse() { return MakeError(ErrorCode::kUnsupported, "this test has no engine"); }
};

/// A home with a warehouse in it.
class TestWarehouse final {
 public:
  /// Works in `folder` of `files`; without an engine of its own it has none.
  TestWarehouse(base::FileSystem& files, std::string folder, TableOptions options = {},
                std::unique_ptr<engine::Engine> engine = std::make_unique<NoEngine>())
      : files_(files), folder_(std::move(folder)), options_(options), engine_(std::move(engine)) {
    opened_ = Open();
  }

  /// Says whether the constructor could open all parts; only tests with a faulty disk need to ask.
  const Status& opened() const { return opened_; }

  /// Opens all parts, again after Close().
  Status Open() {
    HEALIX_RETURN_IF_ERROR(files_.MakeFolders(folder_));
    HEALIX_RETURN_IF_ERROR(files_.SyncFolder(folder_.substr(0, folder_.rfind('/') + 1)));
    storage::records::SqliteOptions store;
    store.path = folder_ + "/catalog.db";
    HEALIX_TRY(store_, storage::records::OpenSqlite(files_, store));
    HEALIX_TRY(objects_, storage::objects::ObjectStore::Open(files_, {folder_ + "/warehouse", ""}));
    HEALIX_TRY(warehouse_,
               Warehouse::Open({*store_, *objects_, *engine_, files_, clock_}, options_));
    return {};
  }
  void Close() {
    warehouse_.reset();
    objects_.reset();
    store_.reset();
  }

  Warehouse& operator*() {
    HEALIX_CHECK(warehouse_ != nullptr, "the warehouse of the test is open");
    return *warehouse_;
  }
  Warehouse* operator->() { return &**this; }
  storage::records::Store& store() { return *store_; }
  storage::objects::ObjectStore& objects() { return *objects_; }
  base::TestClock& clock() { return clock_; }

 private:
  base::FileSystem& files_;
  const std::string folder_;
  const TableOptions options_;
  base::TestClock clock_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<storage::records::Store> store_;
  std::unique_ptr<storage::objects::ObjectStore> objects_;
  std::unique_ptr<Warehouse> warehouse_;
  Status opened_;
};

/// Returns the layout of a table with one column `id`.
inline NewTableLayout OneColumn() {
  NewTableLayout layout;
  layout.schema.fields.push_back(
      {1, "id", false, iceberg::Primitive(iceberg::TypeId::kLong), {}, {}, {}});
  return layout;
}

/// Makes a table and returns its first state.
inline Result<TableSnapshot> MakeTable(Warehouse& warehouse, const TableName& name,
                                       const NewTableLayout& layout = OneColumn()) {
  HEALIX_TRY(TablePlan plan, warehouse.PlanTable(name, layout));
  CommitRequest request;
  request.tables.push_back({name, std::nullopt, {CreateTable{std::move(plan)}}});
  HEALIX_TRY(const CommitOutcome outcome, warehouse.Commit(request));
  if (outcome.tables.size() != 1) return MakeError(ErrorCode::kInternal, "no outcome");
  return warehouse.Load(name);
}

/// Commits operations on a table, computed from `base`.
inline Result<CommitOutcome> CommitOn(Warehouse& warehouse, const TableSnapshot& base,
                                      std::vector<Operation> operations) {
  CommitRequest request;
  request.tables.push_back({base.name(), base, std::move(operations)});
  return warehouse.Commit(request);
}

/// Puts an object that stands for a data file; metadata is all that these tests read of it.
inline Result<iceberg::DataFile> FakeFile(TestWarehouse& warehouse, const TableSnapshot& table,
                                          const std::string& name) {
  iceberg::DataFile file;
  file.path = table.metadata().location + "/data/" + name;
  file.record_count = 10;
  file.size_bytes = 1000;
  HEALIX_RETURN_IF_ERROR(warehouse.objects().Put(file.path, "rows"));
  return file;
}

/// Appends a fake file to a table.
inline Result<CommitOutcome> AppendFake(TestWarehouse& warehouse, const TableName& name,
                                        const std::string& file_name) {
  HEALIX_TRY(const TableSnapshot base, warehouse->Load(name));
  HEALIX_TRY(const iceberg::DataFile file, FakeFile(warehouse, base, file_name));
  return CommitOn(*warehouse, base, {AppendFiles{{file}}});
}

/// Returns the last parts of the locations of a snapshot's data files.
inline Result<std::set<std::string>> FileNames(Warehouse& warehouse, const TableSnapshot& table) {
  HEALIX_TRY(const auto plan, warehouse.PlanFiles(table));
  std::set<std::string> names;
  for (const iceberg::PlannedFile& file : plan->files) {
    names.insert(file.entry.file.path.substr(file.entry.file.path.rfind('/') + 1));
  }
  return names;
}

}  // namespace healix::lakehouse::tables
