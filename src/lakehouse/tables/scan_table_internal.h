// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Translates a scan plan of iceberg into what the engine reads.

#include <memory>

#include "lakehouse/engine/scope.h"
#include "lakehouse/iceberg/scan.h"
#include "storage/objects/object_store.h"

namespace healix::lakehouse::tables {

/// Maps locations to paths and keeps bounds, constants and deletes.
/// Errors   those of ObjectStore::PathOf; kMetadataUnsupported for data files that aren't Parquet.
Result<std::shared_ptr<const engine::ScanTable>> MakeScanTable(
    const iceberg::ScanPlan& plan, const storage::objects::ObjectStore& objects);

}  // namespace healix::lakehouse::tables
