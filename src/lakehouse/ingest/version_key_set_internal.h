// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Remembers versions of records in memory: exactly for a batch, roughly for a whole ingest.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lakehouse/ingest/version_key_internal.h"

namespace healix::lakehouse::ingest {

/// Holds keys in one flat table, placed by their first half: so all versions of a record are met
/// on one way, and both questions cost one look into memory.
/// Owns     64 to 128 bytes per key.
/// Threads  one at a time.
/// Example  VersionKeySetTest.FindsVersionsAndRecords
class VersionKeySet final {
 public:
  /// Returns whether the key was not there.
  bool Insert(const VersionKey& key);
  bool Contains(const VersionKey& key) const;
  /// Tells whether any version of the record is there.
  bool ContainsRecord(const VersionKey& key) const;
  /// Returns all versions of the record.
  std::vector<VersionKey> VersionsOf(const VersionKey& key) const;
  std::size_t size() const { return count_; }

 private:
  template <typename IsWanted>
  std::size_t Find(const VersionKey& key, IsWanted&& is_wanted) const;
  void Grow();

  std::vector<VersionKey> slots_;  ///< a key of zeroes is a free slot; at most half are taken
  std::size_t count_ = 0;
};

/// Says of a record that it was surely not seen before, or maybe; a blocked Bloom filter (Putze,
/// Sanders, Singler 2007) of one cache line per record. At ten million records one answer in
/// fifty is a needless maybe, at a hundred million nearly all are: slower, never wrong.
/// Owns     16 MiB.
/// Threads  one at a time.
/// Example  SeenRecordsTest.NeverForgetsARecord
class SeenRecords final {
 public:
  SeenRecords();

  /// Returns whether the record of `key` may have been inserted before; inserts it.
  bool Insert(const VersionKey& key);

 private:
  static constexpr std::size_t kBlocks = std::size_t{1} << 18;
  static constexpr std::size_t kBlockBits = 512;

  struct alignas(64) Block {
    std::uint64_t words[kBlockBits / 64] = {};
  };
  std::vector<Block> blocks_;
};

}  // namespace healix::lakehouse::ingest
