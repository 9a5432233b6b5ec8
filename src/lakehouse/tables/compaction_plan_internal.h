// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Chooses which files of a table to write anew together.

#include <cstdint>
#include <vector>

#include "lakehouse/iceberg/scan.h"

namespace healix::lakehouse::tables {

/// Files of one partition that become one or a few files. Indices into ScanPlan::files.
struct CompactionBin {
  std::int32_t spec_id = 0;
  std::vector<iceberg::Value> partition;
  std::vector<std::size_t> files;
  std::uint64_t size_bytes = 0;
};

/// Returns bins of files that are smaller than three quarters of `file_bytes_target` or carry
/// deletes, in the order of the plan. A lone small file without deletes is left as it is. A bin
/// holds up to eight target files, so that at most one in eight results is a remainder.
/// Example  CompactionPlanTest.LeavesGoodFilesAlone
std::vector<CompactionBin> PlanCompaction(const iceberg::ScanPlan& plan,
                                          std::uint64_t file_bytes_target);

}  // namespace healix::lakehouse::tables
