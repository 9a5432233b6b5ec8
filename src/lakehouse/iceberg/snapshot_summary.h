// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Counts what a commit changes and writes it as the summary of a snapshot.
/// Source   Iceberg table specification, Appendix F "Optional Snapshot Summary Fields".

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "lakehouse/iceberg/manifest.h"
#include "lakehouse/iceberg/partition_key.h"

namespace healix::lakehouse::iceberg {

enum class Operation : std::uint8_t { kAppend, kReplace, kOverwrite, kDelete };
std::string_view OperationName(Operation operation);

/// Gathers added and removed files of one commit.
class SummaryCounter final {
 public:
  void Add(const DataFile& file);
  void Remove(const DataFile& file);

  /// Returns the summary: the operation, what changed, and totals that continue `parent`'s (which
  /// is nullptr for the first snapshot). A total the parent lacks is left out.
  /// Example  SnapshotSummaryTest.TotalsContinueThoseOfTheParent
  Properties Finish(Operation operation, const Snapshot* parent) const;

 private:
  struct Side {
    std::int64_t data_files = 0;
    std::int64_t records = 0;
    std::int64_t size_bytes = 0;
    std::int64_t delete_files = 0;
    std::int64_t position_delete_files = 0;
    std::int64_t deletion_vectors = 0;
    std::int64_t position_deletes = 0;
    std::int64_t equality_delete_files = 0;
    std::int64_t equality_deletes = 0;
  };
  static void Count(Side& side, const DataFile& file);

  Side added_;
  Side removed_;
  std::set<PartitionKey> partitions_;
};

}  // namespace healix::lakehouse::iceberg
