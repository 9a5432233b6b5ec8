// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads a YAML file of settings into names and texts.

#include <string>
#include <vector>

#include "base/result/result.h"

namespace healix::base {

/// Says one value of the file. Sections and dotted names mean the same:
/// `ingest: {depth_max: 9}` and `ingest.depth_max: 9`.
struct YamlSetting {
  std::string name;
  std::string text;
  Position position;
};

/// Flattens a document of nested maps whose leaves are scalars.
/// Errors   kSettingInvalid with the line: not YAML, a list, a name twice.
Result<std::vector<YamlSetting>> ReadYamlSettings(const std::string& path,
                                                  const std::string& content);

}  // namespace healix::base
