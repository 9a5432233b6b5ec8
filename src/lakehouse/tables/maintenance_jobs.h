// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets the upkeep of tables run as jobs.

#include <cstdint>
#include <string>

#include "lakehouse/tables/maintenance.h"
#include "storage/jobs/worker.h"

namespace healix::lakehouse::tables {

enum class MaintenanceTask : std::uint8_t { kCompact, kExpire, kRemoveOrphans, kPurgeDropped };

/// Returns `tables.compact`, `tables.expire`, `tables.remove_orphans`, `tables.purge_dropped`.
std::string JobKindOf(MaintenanceTask task);

/// Asks for a task as a job of low priority. While one on the same table waits or runs, it is not
/// asked for twice. `table` is ignored by kPurgeDropped. kExpire forgets snapshots older than
/// `expire_after`.
struct MaintenanceRequest {
  MaintenanceTask task = MaintenanceTask::kCompact;
  TableName table;
  std::chrono::hours expire_after{24 * 5};
};
storage::jobs::JobRequest JobFor(const MaintenanceRequest& request);

/// Registers a handler for each task. `maintenance` and `clock` must outlive the worker. A task
/// that another task on the same table keeps waiting is tried again by the queue.
/// Example  MaintenanceJobsTest.CompactsInTheBackground
void RegisterMaintenance(storage::jobs::Worker& worker, Maintenance& maintenance,
                         const base::Clock& clock);

}  // namespace healix::lakehouse::tables
