// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Bounds what tables keep and how they are written.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result/result.h"

namespace healix::lakehouse::tables {

/// The settings `tables.*`. What else Iceberg has a table property for (merging of manifests) is
/// set there.
struct TableOptions {
  /// Unleased snapshots kept. The commit that makes one more expires the oldest tenth.
  std::size_t snapshots_max = 200;
  /// Earlier metadata files that a new table keeps; its property
  /// `write.metadata.previous-versions-max` from then on.
  int metadata_log_max = 100;
  std::uint64_t file_bytes_target = std::uint64_t{128} << 20;  ///< of data files
  int commit_attempts_max = 20;               ///< runs of a commit that meets other writers
  std::chrono::hours drop_retention{24 * 7};  ///< dropped tables can be undropped for so long
  std::chrono::hours orphan_age{72};          ///< younger unreferenced files may be in use

  /// Errors   kSettingInvalid.
  Status Validate() const;
};

}  // namespace healix::lakehouse::tables
