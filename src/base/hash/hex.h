// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes bytes as lower-case hexadecimal text and reads it back.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::base {

/// Returns two lower-case digits per byte.
std::string EncodeHex(std::span<const std::byte> bytes);

/// Reads hexadecimal text of either case.
/// Errors   kInvalidArgument for an odd length or another character.
Result<std::vector<std::byte>> DecodeHex(std::string_view text);

}  // namespace healix::base
