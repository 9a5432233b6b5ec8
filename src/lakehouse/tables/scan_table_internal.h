// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Translates a scan plan of iceberg into what the engine reads.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lakehouse/engine/scope.h"
#include "lakehouse/iceberg/scan.h"

namespace healix::lakehouse::tables {

/// Returns where base::FileSystem finds a location.
using PathOf = std::function<Result<std::string>(std::string_view location)>;

/// Maps locations to paths and keeps bounds, constants and deletes.
/// Errors   those of `path_of`; kMetadataUnsupported for data files that aren't Parquet.
Result<std::shared_ptr<const engine::ScanTable>> MakeScanTable(const iceberg::ScanPlan& plan,
                                                               const PathOf& path_of);

}  // namespace healix::lakehouse::tables
