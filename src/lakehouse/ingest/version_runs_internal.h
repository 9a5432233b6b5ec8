// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads and writes sorted runs of version keys: rows of `ingest_version_runs`, each a block
/// of keys that is found by its first key.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/version_key_internal.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Returns the numbers of the runs, ascending. Numbers are never used again: after a sweep an empty
/// run keeps the last one.
Result<std::vector<std::int64_t>> FindRuns(storage::records::Reader& reader);
/// Returns the greatest number, 0 when there never was a run.
Result<std::int64_t> FindLastRun(storage::records::Reader& reader);
Result<std::int64_t> CountBlocks(storage::records::Reader& reader);

/// Calls `on_key` with each key of any run that lies in one of `ranges`: sorted, and apart from
/// each other. Reads each block at most once, and only those in which such a key could lie.
struct KeyRange {
  VersionKey first;
  VersionKey last;
};
Status EachKeyInRuns(storage::records::Reader& reader, std::span<const KeyRange> ranges,
                     const std::function<void(const VersionKey&)>& on_key);

/// Adds a run. Errors kRecordsConflict when another ingest made a run of this number.
Status InsertRun(storage::records::Transaction& transaction, std::int64_t run,
                 std::span<const VersionKey> sorted, std::size_t block_keys);

/// Removes all runs and leaves an empty one of the number `last_run`.
Status ReplaceRuns(storage::records::Transaction& transaction, std::int64_t last_run);

/// Goes through the keys of all runs in order.
/// Owns     one block of each run.
/// Example  VersionIndexTest.FindsKeysBeforeAndAfterASweep
class RunMerge final {
 public:
  static Result<RunMerge> Open(storage::records::Reader& reader);

  /// Returns the next key, or nothing at the end.
  Result<std::optional<VersionKey>> Next();

 private:
  /// Where the merge stands in one run; the key at `at` was not given yet.
  struct Cursor {
    std::int64_t run = 0;
    std::vector<VersionKey> keys;
    std::size_t at = 0;

    const VersionKey& key() const { return keys[at]; }
  };
  explicit RunMerge(storage::records::Reader& reader) : reader_(&reader) {}

  /// Reads the block behind that of the cursor; false when there is none.
  Result<bool> Load(Cursor& cursor);

  storage::records::Reader* reader_;
  std::vector<Cursor> heap_;  ///< the smallest key on top
};

}  // namespace healix::lakehouse::ingest
