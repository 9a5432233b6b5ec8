// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells a Bundle by the front of its JSON.

#include <string_view>

namespace healix::formats::fhir {

/// True when the object at the front of `head` is a Bundle: its resourceType says so, or, where the
/// head shows no resourceType, the first entry has a member that only a Bundle's entries have (List
/// has `entry` too).
bool LooksLikeBundle(std::string_view head);

}  // namespace healix::formats::fhir
