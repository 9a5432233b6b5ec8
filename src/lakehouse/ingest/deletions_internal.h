// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Tells a deletion that deletes something from one that was taken in before.

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/version_key_set_internal.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Decides on deletions that carry no time. Such a deletion follows the versions that are there
/// when it arrives, and they are marked as deleted. The next one is a duplicate
/// - when nothing came back: all versions of the record are marked; or
/// - when it is read again: what this ingest read of the record before it was marked already.
/// So a set that is taken in once more is all duplicates, and a resource that came back can be
/// deleted again. A deletion that is read again alone, from other bytes, while the resource is back
/// deletes it: nothing tells it from a new one.
/// Owns     marks that are not stored yet, and the records that this ingest reads again.
/// Threads  one at a time.
/// Errors   those of the store.
/// Example  DeletionsTest.AResourceThatCameBackIsDeletedAgain
class Deletions final {
 public:
  explicit Deletions(storage::records::Store& records) : records_(records) {}

  /// Looks up which of these stored versions are marked. To be called before they are seen again.
  Status Prepare(const std::vector<VersionKey>& keys);
  void SeeAgain(const VersionKey& version);
  void SeeNew(const VersionKey& version) { read_again_.erase(RecordOf(version)); }
  /// Marks a version that is a deletion itself: it is nothing that could be deleted.
  void Mark(const VersionKey& version);

  /// Versions that are not stored yet.
  struct Unstored {
    const VersionKeySet& batch;
    const VersionKeySet& in_flight;
  };
  /// Returns the key of a deletion, nothing for a duplicate. `record` names the record.
  Result<std::optional<VersionKey>> Decide(const VersionKey& record, const Unstored& unstored);

  /// Gives away the marks that the next batch is to store. Those given away before are stored now.
  std::vector<VersionKey> TakeMarks();

 private:
  using Record = std::array<char, VersionKey::kRecordBytes>;
  static Record RecordOf(const VersionKey& key);

  bool IsMarked(const VersionKey& version) const;

  storage::records::Store& records_;
  std::optional<bool> has_stored_marks_;  ///< once it was asked
  VersionKeySet prepared_;                ///< stored marks, of the versions prepared for
  VersionKeySet marks_;
  VersionKeySet marks_in_flight_;
  std::vector<VersionKey> new_marks_;
  std::set<Record> read_again_;  ///< what was read last of them was marked
};

}  // namespace healix::lakehouse::ingest
