// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Bounds what tables keep and how they are written.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result/result.h"

namespace healix::lakehouse::tables {

/// The settings `tables.*`.
struct TableOptions {
  std::string
      warehouse_uri;  ///< prefix of all locations: `file:///home/x/warehouse`, no `/` at the end
  std::size_t snapshots_max = 500;       ///< unleased snapshots kept; the commit expires older ones
  std::size_t metadata_log_max = 100;    ///< earlier metadata files remembered, and kept on disk
  std::size_t manifests_to_merge = 100;  ///< small manifests that are merged into one, >= 2
  std::uint64_t manifest_bytes_target = std::uint64_t{8} << 20;
  std::uint64_t file_bytes_target = std::uint64_t{128} << 20;  ///< of data files
  int commit_attempts_max = 20;
  std::chrono::hours drop_retention{24 * 7};  ///< dropped tables can be undropped for so long
  std::chrono::hours orphan_age{72};          ///< younger unreferenced files may be in use

  /// Errors   kSettingInvalid.
  Status Validate() const;
};

}  // namespace healix::lakehouse::tables
