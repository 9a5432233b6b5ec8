// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says how jobs lie in the store.

#include <string>
#include <string_view>

#include "storage/jobs/job.h"
#include "storage/records/migrations.h"
#include "storage/records/store.h"

namespace healix::storage::jobs {

/// The migrations of the concern `jobs`.
records::MigrationPlan JobMigrations();

/// The columns that JobOf() reads, for a SELECT.
std::string_view JobColumns();
/// Errors   kRecordsDamaged.
Result<Job> JobOf(const records::Row& row);

}  // namespace healix::storage::jobs
