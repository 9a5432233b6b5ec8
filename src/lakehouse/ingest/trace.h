// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Goes from a row back to the bytes it came from.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/parts.h"

namespace healix::lakehouse::ingest {

/// One row and its source. PHI: `stored` and `source_bytes` are record content.
struct TracedRecord {
  std::string table;
  std::string id;
  std::string version_id;
  std::string source;
  std::string file;          ///< with `!member`
  std::uint64_t offset = 0;  ///< bytes; for Parquet the row in the file
  std::uint64_t length = 0;  ///< bytes; for Parquet the bytes of the re-composed record
  std::string hash;          ///< SHA-256 as taken in, hexadecimal
  std::string stored;        ///< what the table keeps
  std::string source_bytes;  ///< what the file holds now
  /// kExact: byte for byte; kCanonical: equal canonical JSON (Parquet).
  enum class Match : std::uint8_t { kExact, kCanonical } match = Match::kExact;
};

/// Finds all versions of each id in `table` (`raw.patient`, `raw.fhir`, `raw.<source>_<table>`,
/// there an id is a value of the first column) and reads their source files at the place they came
/// from, through compression and archives; each file is read once, so many ids cost little more
/// than one. Calls `on_record` file by file; its first error ends the trace.
/// Errors   kTableNotFound, kRecordNotFound (for any id), kTraceMismatch (a file changed),
///          kFileNotFound.
/// Example  TraceTest.FindsTheBytesInsideATarArchive
Status Trace(const Parts& parts, const std::string& table, const std::vector<std::string>& ids,
             const std::function<Status(const TracedRecord&)>& on_record);

}  // namespace healix::lakehouse::ingest
