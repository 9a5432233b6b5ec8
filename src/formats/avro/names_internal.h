// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Handles names and namespaces of Avro types.

#include <optional>
#include <string>
#include <string_view>

#include "formats/avro/schema.h"

namespace healix::formats::avro {

/// Returns the kind a name stands for, `union` included.
std::optional<Kind> KindOf(std::string_view name);

/// Returns what stands before the last dot, "" without one.
inline std::string_view NamespaceOf(std::string_view full_name) {
  const std::size_t dot = full_name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : full_name.substr(0, dot);
}

/// Returns what stands behind the last dot.
inline std::string_view SimpleName(std::string_view full_name) {
  const std::size_t dot = full_name.rfind('.');
  return dot == std::string_view::npos ? full_name : full_name.substr(dot + 1);
}

/// Puts a name that has no dot into a namespace.
inline std::string Qualify(std::string_view name, std::string_view name_space) {
  if (name.find('.') != std::string_view::npos || name_space.empty()) return std::string(name);
  return std::string(name_space) + "." + std::string(name);
}

}  // namespace healix::formats::avro
