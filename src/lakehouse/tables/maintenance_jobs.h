// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Lets the upkeep of tables run as jobs.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "lakehouse/tables/maintenance.h"
#include "storage/jobs/worker.h"

namespace healix::lakehouse::tables {

enum class MaintenanceTask : std::uint8_t { kCompact, kExpire, kRemoveOrphans, kPurgeDropped };

/// Returns `tables.compact`, `tables.expire`, `tables.remove_orphans`, `tables.purge_dropped`.
std::string JobKindOf(MaintenanceTask task);

/// Asks for a task as a job of low priority. While the same request waits or runs, it is not made
/// twice.
struct MaintenanceRequest {
  MaintenanceTask task = MaintenanceTask::kCompact;
  TableName table = {};                     ///< ignored by kPurgeDropped
  std::chrono::hours expire_after{24 * 5};  ///< kExpire: forgets snapshots older than this ...
  int keep_last = 1;                        ///< ... but this many newest, >= 1
  int attempts_max = 5;                     ///< >= 1; setting `jobs.attempts_max`
};
storage::jobs::JobRequest JobFor(const MaintenanceRequest& request);

/// What the handlers work with; borrowed. `act_of` says what joins the transactions of a task, the
/// act that tells of it; it may be empty.
struct MaintenanceJobParts {
  Maintenance& maintenance;
  const base::Clock& clock;
  std::function<InTransaction(MaintenanceTask)> act_of = {};
};

/// Registers a handler for each task. A task that another task on the same table keeps waiting is
/// tried again by the queue. The result of a job is the report of its task as JSON.
/// Example  MaintenanceJobsTest.CompactsInTheBackground
void RegisterMaintenance(storage::jobs::Worker& worker, const MaintenanceJobParts& parts);

}  // namespace healix::lakehouse::tables
