// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps the keys of all versions in the record store.
/// Keys are hashes, so those of one batch are spread over the whole table of keys, and each would
/// cost a page. New ones therefore lie in sorted runs, one per batch; when these hold a million
/// keys, one sweep takes them into the table and touches each of its pages once.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/version_key_set_internal.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Returns those of `keys` that are stored.
Result<VersionKeySet> FindStored(storage::records::Reader& reader,
                                 const std::vector<VersionKey>& keys);

/// Tells whether any version of the record is stored.
Result<bool> HasRecord(storage::records::Reader& reader, const VersionKey& key);

/// The versions of one record.
struct StoredVersions {
  bool is_known = false;             ///< there is one
  std::vector<VersionKey> unmarked;  ///< those that no deletion came behind, in order
};
Result<StoredVersions> FindVersions(storage::records::Reader& reader, const VersionKey& record);

/// Tells whether a deletion came behind any version.
Result<bool> HasMarks(storage::records::Reader& reader);
/// Returns those of `keys` that a deletion came behind.
Result<VersionKeySet> FindMarked(storage::records::Reader& reader,
                                 const std::vector<VersionKey>& keys);
/// Notes that a deletion came behind these versions.
Status InsertMarks(storage::records::Transaction& transaction, const std::vector<VersionKey>& keys);

/// When runs are swept into the table.
struct VersionRunLimits {
  std::size_t block_keys = 1024;  ///< a run is cut into rows of this many keys
  std::int64_t blocks_max = 1024;
  std::size_t runs_max = 64;
};

/// Counts the batches that brought keys: who knows the number knows whether others brought some.
using RunNumber = std::int64_t;

/// Adds the keys of one batch after the other.
/// Threads  one at a time.
/// Example  VersionIndexTest.RefusesWhatAnotherHasStored
class VersionWriter final {
 public:
  explicit VersionWriter(VersionRunLimits limits = {}) : limits_(limits) {}

  /// Adds `keys`, which were looked up before, and returns the run they make. They are looked up
  /// again only when another ingest may have brought keys since NoteCommitted().
  /// Errors   kRecordsConflict when one is there already: another ingest was faster.
  Result<RunNumber> Insert(storage::records::Transaction& transaction,
                           const std::vector<VersionKey>& keys) const;
  /// Says that the transaction with this run is through.
  void NoteCommitted(RunNumber run) { known_run_ = run; }

 private:
  Result<bool> IsFull(storage::records::Reader& reader) const;

  const VersionRunLimits limits_;
  std::optional<RunNumber> known_run_;
};

}  // namespace healix::lakehouse::ingest
