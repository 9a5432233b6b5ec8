// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Checks UTF-8.

#include <cstddef>
#include <optional>
#include <string_view>

namespace healix::formats {

/// Returns the offset of the first byte that is not part of valid UTF-8 (RFC 3629: shortest form,
/// no surrogates, up to U+10FFFF), nothing when all is valid. A sequence cut by the end counts.
/// Example  Utf8Test.FindsTheFirstBadByte
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

}  // namespace healix::formats
