// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says which database a store lies in, for people.

#include <string>

#include "storage/records/store.h"

namespace healix::storage::records {

/// Returns `SQLite 3.40.1` or `PostgreSQL 15.14`.
/// Example  StoreTest.SaysWhichDatabaseItIs
Result<std::string> DatabaseVersion(Store& store);

}  // namespace healix::storage::records
