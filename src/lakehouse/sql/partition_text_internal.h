// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the fields of PARTITIONED BY.

#include <string>
#include <vector>

#include "lakehouse/iceberg/evolution.h"

namespace healix::lakehouse::sql {

/// Reads `source`, `year(d)`, `month(d)`, `day(d)`, `hour(t)`, `bucket(16, id)`, `truncate(4, s)`
/// (the width may also stand behind the column), one per text.
/// Errors   kSqlRefused for any other expression.
/// Example  PartitionTextTest.ReadsTransforms
Result<std::vector<iceberg::WantedPartition>> ParsePartitioning(
    const std::vector<std::string>& texts);

}  // namespace healix::lakehouse::sql
