// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Counts records and bytes so that each stands in exactly one class.

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace healix::lakehouse::ingest {

/// Classes of records: found = written + duplicate + quarantined.
/// `tombstones` and `if_none_exist` say how many of the above were of a special kind.
struct RecordCounts {
  std::uint64_t written = 0;        ///< became a row
  std::uint64_t duplicate = 0;      ///< equal to a stored version of its key, or not to replace one
  std::uint64_t quarantined = 0;    ///< kept aside with a reason
  std::uint64_t tombstones = 0;     ///< of `written`: rows that say "deleted"
  std::uint64_t if_none_exist = 0;  ///< of `duplicate`: other content, but the key was there

  std::uint64_t found() const { return written + duplicate + quarantined; }
  RecordCounts& operator+=(const RecordCounts& other);
  RecordCounts& operator-=(const RecordCounts& other);  ///< `other` is a part of this
  bool operator==(const RecordCounts&) const = default;
};

/// Classes of bytes, after decompression: total = records + envelope + quarantined. A file without
/// bytes per record (Parquet) has all its bytes in `records`.
struct ByteCounts {
  std::uint64_t records = 0;
  std::uint64_t envelope = 0;  ///< what holds records together: Bundle, header, separators
  std::uint64_t quarantined = 0;

  std::uint64_t total() const { return records + envelope + quarantined; }
  ByteCounts& operator+=(const ByteCounts& other);
  ByteCounts& operator-=(const ByteCounts& other);  ///< `other` is a part of this
  bool operator==(const ByteCounts&) const = default;
};

/// Counts by FHIR type or table (`Patient`, `person`); "" is what could not be read so far.
using CountsByType = std::map<std::string, RecordCounts, std::less<>>;

/// Adds all types of `from` to `to`.
void Add(CountsByType& to, const CountsByType& from);
/// Returns the sum over all types.
RecordCounts Sum(const CountsByType& counts);

}  // namespace healix::lakehouse::ingest
