// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Opens Iceberg tables that other programs wrote, from their metadata file alone.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/io/file_system.h"
#include "base/result/result.h"
#include "lakehouse/engine/scope.h"

namespace healix::lakehouse::tables {

struct ForeignTableOptions {
  std::optional<std::int64_t> snapshot_id;  ///< none: the current one
  /// Finds a location of the metadata on this machine; required.
  std::function<Result<std::string>(std::string_view location)> path_of;
  /// Some writers once stored deletion vectors as bare blobs without the Puffin frame around them.
  /// What lies at their offset can't be told from other bytes, so they are refused by default.
  enum class BareDeletionVectors : std::uint8_t {
    kRefuse,
    kRead
  } bare_deletion_vectors = BareDeletionVectors::kRefuse;
};

/// Reads a metadata file (format v1 to v3, plain or gzip), plans its snapshot and returns it ready
/// for a scope. Nothing is listed and no data file is opened.
/// Errors   kMetadataInvalid, kMetadataUnsupported, kSnapshotNotFound, kAvroInvalid, those of
///          `path_of` and of base::FileSystem.
/// Example  Iceberg/QueryTest.AnswersAsTheSuiteSays
Result<std::shared_ptr<const engine::ScanTable>> ReadForeignTable(
    base::FileSystem& files, const std::string& metadata_path, const ForeignTableOptions& options);

}  // namespace healix::lakehouse::tables
