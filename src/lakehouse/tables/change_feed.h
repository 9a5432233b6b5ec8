// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells what was committed, in order, to those who follow tables.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time/clock.h"
#include "lakehouse/tables/table_name.h"

namespace healix::lakehouse::tables {

/// One operation of a commit, written in the commit's own transaction.
struct TableEvent {
  std::int64_t sequence = 0;  ///< grows with each event; a reader remembers the last it handled
  std::string table_uuid;
  TableName name;                           ///< at the time of the event
  std::optional<std::int64_t> snapshot_id;  ///< none for changes without a snapshot
  std::string operation;  ///< create, append, delete, overwrite, replace, schema, spec, properties,
                          ///< expire, drop, rename, undrop, purge
  base::Timestamp committed_at;
};

}  // namespace healix::lakehouse::tables
