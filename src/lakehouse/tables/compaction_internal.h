// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes small files and files with deletes anew.

#include "lakehouse/tables/maintenance.h"

namespace healix::lakehouse::tables {

/// Does what Maintenance::Compact says, one commit per bin.
Result<CompactReport> CompactTable(Warehouse& warehouse, const TableName& name,
                                   const TaskControl& control);

}  // namespace healix::lakehouse::tables
