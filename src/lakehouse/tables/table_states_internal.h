// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Remembers the parsed metadata of tables, so that loads and commits read no JSON.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "lakehouse/tables/metadata_files_internal.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::lakehouse::tables {

/// Keeps the last states that were asked for. The pointer in the catalogue decides which state is
/// the right one, so nothing here can be stale.
/// Threads  any.
class TableStates final {
 public:
  static constexpr std::size_t kStatesMax = 64;

  explicit TableStates(MetadataFiles& files) : files_(files) {}

  /// Returns the state a pointer names, from memory or from its metadata file.
  Result<std::shared_ptr<const TableState>> Get(const TableEntry& pointer);
  /// Remembers a state that was just published, instead of the one before.
  void Put(std::shared_ptr<const TableState> state);

 private:
  std::shared_ptr<const TableState> Find(const TableEntry& pointer);

  MetadataFiles& files_;
  std::mutex mutex_;
  std::list<std::shared_ptr<const TableState>> newest_first_;
};

}  // namespace healix::lakehouse::tables
