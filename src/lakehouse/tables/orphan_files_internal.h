// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds and removes files that no table names.

#include "lakehouse/tables/maintenance.h"

namespace healix::lakehouse::tables {

/// Does what Maintenance::RemoveOrphans says.
Result<RemovalReport> RemoveOrphansOf(Warehouse& warehouse, const TableName& name,
                                      const TaskControl& control);

/// Does what Maintenance::PurgeDropped says.
Result<RemovalReport> PurgeDroppedTables(Warehouse& warehouse, const TaskControl& control);

}  // namespace healix::lakehouse::tables
