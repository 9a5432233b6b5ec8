// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Runs the upkeep of tables as jobs of the home, in this process.

#include <vector>

#include "app/console.h"
#include "app/stack.h"
#include "lakehouse/tables/maintenance_jobs.h"
#include "storage/jobs/worker.h"

namespace healix::app {

/// Works off the queue of a home, shows progress, and forgets jobs that ended long ago. What a
/// program left when it was killed stands in the queue again and is taken up first.
/// Threads  one at a time.
class Upkeep final {
 public:
  /// Both must outlive it.
  Upkeep(const Stack& stack, Console& console);

  /// Asks for a task and runs the queue until it has ended well; returns its job.
  /// Errors   kTableNotFound, else what the last attempt failed with; kCancelled.
  Result<storage::jobs::Job> Run(lakehouse::tables::MaintenanceRequest request);
  /// Runs the jobs that are due, and returns them.
  Result<std::vector<storage::jobs::Job>> RunDue();

 private:
  Status ForgetOldJobs();

  const Stack& stack_;
  storage::jobs::Worker worker_;
};

}  // namespace healix::app
