// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Checks what the XML library lets pass: control characters and references.

#include <cstddef>
#include <optional>
#include <string_view>

namespace healix::formats::xml {

/// Returns the offset of the first control character that XML 1.0 (section 2.2) does not have, or
/// of the first `&` that starts neither one of the five predefined entities nor a reference to a
/// character of XML; nothing when there is none. Comments and CDATA may hold any `&`.
std::optional<std::size_t> FindForbiddenCharacter(std::string_view text);

}  // namespace healix::formats::xml
