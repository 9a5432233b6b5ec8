// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Writes bytes as base64url text without padding (RFC 4648 section 5) and reads it back.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::base {

std::string EncodeBase64Url(std::span<const std::byte> bytes);

/// Reads text without padding. Unused last bits must be 0, so that each value has one text.
/// Errors   kInvalidArgument.
Result<std::vector<std::byte>> DecodeBase64Url(std::string_view text);

}  // namespace healix::base
