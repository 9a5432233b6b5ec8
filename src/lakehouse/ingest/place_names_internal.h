// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says as text where on disk a file lies, also when its name is no text.

#include <string>
#include <string_view>

namespace healix::lakehouse::ingest {

/// Returns a path as it stands in receipts, tables and quarantine: itself when it is UTF-8; else
/// with each byte that is no UTF-8, and each `%`, as %XX.
/// Example  PlaceNamesTest.ATextStaysAndOtherBytesAreEscaped
std::string PlaceOfPath(std::string_view path);

/// Returns the path that PlaceOfPath() made such a place of: of a place that is a path as well, one
/// of two; look for that first.
std::string PathOfPlace(std::string_view place);

}  // namespace healix::lakehouse::ingest
