// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens all that a command on a home folder works with, in the right order.

#include <memory>
#include <stop_token>
#include <string>

#include "base/ids/uuid.h"
#include "base/io/file_system.h"
#include "base/log/log.h"
#include "base/result/result.h"
#include "base/settings/settings.h"
#include "base/time/clock.h"
#include "lakehouse/engine/engine.h"
#include "lakehouse/ingest/limits.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/sql/session.h"
#include "lakehouse/tables/data_files.h"
#include "lakehouse/tables/maintenance.h"
#include "lakehouse/tables/warehouse.h"
#include "storage/home/home.h"
#include "storage/jobs/job_queue.h"
#include "storage/objects/object_store.h"
#include "storage/records/store.h"
#include "trust/journal/act.h"
#include "trust/keys/signing_key.h"

namespace healix::app {

/// Holds one open home: lock, settings, stores, engine, warehouse. Closed in reverse order.
/// Threads  accessors from any thread.
class Stack final {
 public:
  /// Opens a home on the machine's disk, or on `files`.
  /// Errors   kUsage when no home was named, kHomeNotFound, kHomeInUse, kHomeTooNew, and those of
  ///          what is opened.
  /// When `stop` says so, statements that run or begin answer kCancelled.
  static Result<std::unique_ptr<Stack>> Open(const std::string& home_folder,
                                             std::stop_token stop = {},
                                             base::FileSystem& files = base::PosixFileSystem());

  base::FileSystem& files() const { return files_; }
  const base::Clock& clock() const { return base::SystemClock(); }
  const base::Settings& settings() const { return settings_; }
  base::Log& log() const { return *log_; }
  const storage::home::Home& home() const { return *home_; }
  const storage::home::HomeLayout& layout() const { return home_->layout(); }
  storage::records::Store& records() const { return *catalog_; }
  const trust::keys::PublicKey& public_key() const { return key_->public_key(); }
  lakehouse::engine::Engine& engine() const { return *engine_; }
  lakehouse::tables::Warehouse& warehouse() const { return *warehouse_; }
  lakehouse::tables::Maintenance& maintenance() const { return *maintenance_; }
  storage::jobs::JobQueue& jobs() const { return *jobs_; }

  /// Returns what joins a transaction on tables to tell of it: one act of this kind.
  lakehouse::tables::InTransaction ActInTransaction(trust::journal::ActKind kind) const;
  lakehouse::ingest::Parts ingest_parts() const;
  lakehouse::ingest::Limits ingest_limits() const;
  /// Makes a session whose changes are acts in the journal.
  std::unique_ptr<lakehouse::sql::Session> NewSession() const;

 private:
  explicit Stack(base::FileSystem& files) : files_(files) {}
  Result<std::unique_ptr<storage::records::Store>> OpenStore(const std::string& concern) const;
  Status OpenLog();
  Status OpenStores();
  Status OpenEngine(std::stop_token stop);
  Status OpenWarehouse();

  base::FileSystem& files_;
  std::unique_ptr<storage::home::Home> home_;
  base::Settings settings_;
  std::unique_ptr<base::Log> log_;
  std::unique_ptr<storage::records::Store> catalog_;
  std::unique_ptr<storage::records::Store> jobs_store_;
  std::unique_ptr<storage::jobs::JobQueue> jobs_;
  std::unique_ptr<storage::objects::ObjectStore> objects_;
  std::unique_ptr<trust::keys::SigningKey> key_;
  std::unique_ptr<lakehouse::engine::Engine> engine_;
  std::unique_ptr<lakehouse::tables::Warehouse> warehouse_;
  std::unique_ptr<lakehouse::tables::DataFileWriter> data_files_;
  std::unique_ptr<lakehouse::tables::Maintenance> maintenance_;
  std::unique_ptr<base::UuidV7Source> ids_;
};

}  // namespace healix::app
