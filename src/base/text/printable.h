// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Shows foreign text without letting it steer a terminal.

#include <string>
#include <string_view>

namespace healix::base {

/// Returns `text` with each byte of these as `\xNN`: control characters (U+0000 to 1F, 7F to 9F),
/// the marks that turn the direction of text (U+200E/F, 202A to 202E, 2066 to 2069), the separators
/// U+2028/9, and what is not UTF-8. Characters of `kept` stay as they are.
/// Example  PrintableTest.ShowsWhatSteersATerminal
std::string Printable(std::string_view text, std::string_view kept = {});

}  // namespace healix::base
