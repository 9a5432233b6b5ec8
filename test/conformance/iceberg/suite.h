// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads the cases and the exclusion ledger of the Iceberg suite.

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace healix::conformance::iceberg {

/// One query with the answer that is expected; `expect_error` says that refusing is right.
struct QueryCase {
  std::string id;
  std::vector<std::string> setup;
  std::string sql;
  std::string sort;  ///< nosort, rowsort, valuesort
  std::vector<std::vector<std::string>> expect_rows;
  bool expect_error = false;
};

/// One table with the counts an independent reader found.
struct CountedTable {
  std::string folder;         ///< `data/persistent/…`
  std::string metadata_file;  ///< its name below `metadata/`
  std::uint64_t rows = 0;
  std::map<std::string, std::string> sums;  ///< column -> sum as text; `None` for no rows
};

/// Says why a case is not judged: `type` is one of those of docs/… in CONTRIBUTING.md.
struct Exclusion {
  std::string type;
  std::string reason;
};

std::vector<QueryCase> ReadQueryCases(const std::string& ndjson_file);
/// Returns the tables that have counts; those that the reader could not read are left out.
std::vector<CountedTable> ReadCountedTables(const std::string& csv_file);
/// Reads `exclusions.yaml`: a list of {case, type, reason}.
std::map<std::string, Exclusion> ReadExclusions(const std::string& yaml_file);

}  // namespace healix::conformance::iceberg
