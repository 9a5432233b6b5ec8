// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds quarantine entries whose place holds now what they lacked: torn files fetched again.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lakehouse/ingest/input_files_internal.h"
#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/parts.h"
#include "lakehouse/ingest/quarantine.h"

namespace healix::lakehouse::ingest {

/// Keeps the open entries that a file of the same place can answer: pieces of records that were cut
/// off (INPUT_TRUNCATED), rests of damaged files, and places that could not be opened.
/// Limits   looks at the oldest kEntriesMax of them.
/// Threads  one at a time.
class Superseded final {
 public:
  static constexpr std::size_t kEntriesMax = 10'000;

  /// `piece_bytes_max`: larger pieces are not compared.
  static Result<Superseded> Load(const Parts& parts, std::uint64_t piece_bytes_max);

  /// Returns and forgets the entries that a file answers which was just read without damage: of its
  /// place when it could not be opened; pieces whose very bytes it has at their offset, and went on
  /// behind; and the rest of a damaged file that such a piece is of.
  std::vector<QuarantineEntry> AnsweredBy(const LedgerEntry& read);
  /// The same for folders that could not be listed; `found` is sorted by path.
  std::vector<QuarantineEntry> AnsweredBy(const std::vector<InputFile>& found);

 private:
  using Place = std::pair<std::string, std::string>;  ///< source and file
  template <typename Answers>
  std::vector<QuarantineEntry> Take(const Place& place, Answers answers);
  Superseded(const Parts& parts, std::uint64_t piece_bytes_max)
      : parts_(&parts), piece_bytes_max_(piece_bytes_max) {}
  bool HasPiece(const LedgerEntry& read, const QuarantineEntry& piece) const;

  const Parts* parts_;
  std::uint64_t piece_bytes_max_;
  std::multimap<Place, QuarantineEntry> entries_;
};

}  // namespace healix::lakehouse::ingest
