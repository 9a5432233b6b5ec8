// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Refuses the values that not both databases can hold.

#include <span>
#include <string>

#include "base/result/result.h"
#include "storage/records/value.h"

namespace healix::storage::records {

/// Refuses text with a NUL, which PostgreSQL would cut there. Errors kInvalidArgument.
inline Status CheckAccepted(std::span<const Value> values) {
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && text->find('\0') != std::string::npos) {
      return MakeError(ErrorCode::kInvalidArgument, "a text for the record store holds a NUL");
    }
  }
  return {};
}

}  // namespace healix::storage::records
