// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the `ICEBERG_SCAN('path', option = value …)` calls of a suite's query.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace healix::conformance::iceberg {

/// One call. `begin` and `end` bound its text in the query. Option names are lower case.
struct ScanCall {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string path;
  std::map<std::string, std::string> options;
};

/// Returns the calls in the order of the text.
std::vector<ScanCall> FindScanCalls(std::string_view sql);

/// Returns the metadata file that a call means, by the suite's rules: a `.metadata.json` path is
/// itself; else `version`, else `version-hint.text`, else the newest by name.
std::string MetadataFileOf(const ScanCall& call, const std::string& root);

/// Maps a location in the metadata of the table at `table_folder` to a file: as it stands below
/// `root`, else its part from `metadata/` or `data/` below the folder (moved tables).
std::string FileOf(std::string_view location, const std::string& root,
                   const std::string& table_folder);

}  // namespace healix::conformance::iceberg
