// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the name of a member up to where its value starts.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result/result.h"
#include "formats/cutting/stream_window.h"
#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {

/// Where a member at the front of a text has its name and its value.
struct MemberHead {
  std::size_t name_bytes = 0;   ///< between the quotes; the name starts at 1
  std::size_t value_begin = 0;  ///< the first character of the value

  std::string_view NameIn(std::string_view text) const { return text.substr(1, name_bytes); }
};

/// Reads `"name" :` and the blanks behind it at the front of the window, which does not move.
/// Nothing when no member starts there: another character, no colon, no value, or more than
/// 64 KiB before the value, or (where newlines end all) a newline.
/// Errors   those of the stream.
Result<std::optional<MemberHead>> ReadMemberHead(StreamWindow& window, NewlineRule rule);

}  // namespace healix::formats::json
