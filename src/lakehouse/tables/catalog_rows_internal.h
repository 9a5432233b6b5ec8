// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads and changes the rows of the catalogue: table pointers, names, views, events.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lakehouse/tables/change_feed.h"
#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/warehouse.h"
#include "storage/records/store.h"

namespace healix::lakehouse::tables {

/// Brings the concern `tables` of the store to the state this program expects.
Status MigrateCatalog(storage::records::Store& store);

enum class Listing : std::uint8_t { kLive, kDropped };

/// Returns the live table of a name, or nothing.
Result<std::optional<TableEntry>> FindTable(storage::records::Reader& reader,
                                            const TableName& name);
Result<std::optional<TableEntry>> FindTableByUuid(storage::records::Reader& reader,
                                                  const std::string& uuid);
/// Returns tables in the order of their names; dropped ones newest drop first within a name.
Result<std::vector<TableEntry>> ListTableRows(storage::records::Reader& reader, Listing listing);

/// Adds a live table. Errors kTableExists when the name is taken by a table or a view.
Status InsertTable(storage::records::Transaction& transaction, const TableEntry& table);
/// Replaces the row `from` by `to` (same uuid) if it still has the version of `from`.
/// Moves the name with it: taken when live, freed when dropped.
/// Errors   kCommitConflict when the version moved on, kTableExists when the new name is taken.
Status SwapTable(storage::records::Transaction& transaction, const TableEntry& from,
                 const TableEntry& to);
/// Forgets a dropped table for good.
Status DeleteTable(storage::records::Transaction& transaction, const std::string& uuid);

/// Errors   kTableExists, kTableNotFound.
Status ApplyViewChange(storage::records::Transaction& transaction, const ViewChange& change);
Result<std::optional<ViewDefinition>> FindView(storage::records::Reader& reader,
                                               const TableName& name);
Result<std::vector<ViewDefinition>> ListViewRows(storage::records::Reader& reader);

/// Appends an event; its sequence is given by the store.
Status InsertEvent(storage::records::Transaction& transaction, const TableEvent& event);
Result<std::vector<TableEvent>> ReadEvents(storage::records::Reader& reader,
                                           std::int64_t after_sequence, std::size_t limit);

}  // namespace healix::lakehouse::tables
