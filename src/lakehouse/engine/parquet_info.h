// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Describes a Parquet file that somebody else wrote, so that it can be put into a scope.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lakehouse/engine/scope.h"
#include "lakehouse/iceberg/schema.h"

namespace healix::lakehouse::engine {

struct RowGroupInfo {
  std::uint64_t first_row = 0;
  std::uint64_t row_count = 0;
};

/// Describes one Parquet file. `table` is ready for a Scope: its schema has the field ids of the
/// file, or new ones from 1 with a name mapping when it has none; its one file is this file.
/// Types that Iceberg lacks are widened (uint32 to long, uint64 to decimal(20,0), int8 to int).
struct ParquetInfo {
  ScanTable table;
  std::uint64_t record_count = 0;
  std::vector<RowGroupInfo> row_groups;
  std::map<std::string, std::string> key_value_metadata;
};

}  // namespace healix::lakehouse::engine
