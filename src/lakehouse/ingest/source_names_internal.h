// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Derives names of sources and tables from names of files and folders.

#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::lakehouse::ingest {

/// Accepts `[a-z][a-z0-9]*` of at most 63 bytes. Errors kSourceNameInvalid.
Status CheckSourceName(std::string_view name);

/// Returns the last part of a path or of an archive member, without its endings:
/// `a/b.tar.zst!X/PERSON.csv` -> `PERSON`.
std::string StemOf(std::string_view file);

/// Returns a table name made of a file's stem: lower case, other characters than `[a-z0-9_]` as
/// `_`; of more than 120 bytes the first 103, `_` and the start of the stem's SHA-256.
std::string TableNameFor(std::string_view file);

}  // namespace healix::lakehouse::ingest
