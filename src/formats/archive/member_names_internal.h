// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Judges the names that archives give their members.

#include <string>
#include <string_view>

namespace healix::formats::archive {

/// Returns why a name must not be used, or "": empty, absolute, with a drive letter, climbing out
/// with `..` (after `/` or `\`), with control characters.
std::string_view WhyUnsafe(std::string_view name);

/// True for what desktops and file servers put beside the data: `__MACOSX/`, `._x`, `.DS_Store`,
/// `Thumbs.db`, `desktop.ini`, `.directory`.
bool IsSideFile(std::string_view name);

/// Returns the name as UTF-8; bytes that are not stand as %XX.
std::string PrintableName(std::string_view name);

/// Returns what stands behind the last `/`.
std::string_view LastPart(std::string_view name);

}  // namespace healix::formats::archive
