// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/result/check.h"
#include "lakehouse/ingest/version_key_set_internal.h"

namespace healix::lakehouse::ingest {
namespace {

constexpr std::size_t kSlotsMin = 64;

bool IsFree(const VersionKey& slot) { return slot == VersionKey(); }

/// Eight bytes of the half that names the record: a hash already.
std::uint64_t Word(const VersionKey& key, std::size_t offset) {
  std::uint64_t word = 0;
  std::memcpy(&word, key.bytes.data() + offset, sizeof(word));
  return word;
}

}  // namespace

template <typename IsWanted>
std::size_t VersionKeySet::Find(const VersionKey& key, IsWanted&& is_wanted) const {
  const std::size_t mask = slots_.size() - 1;  // a power of two
  std::size_t at = Word(key, 0) & mask;
  while (!IsFree(slots_[at]) && !is_wanted(slots_[at])) at = (at + 1) & mask;
  return at;
}

bool VersionKeySet::Insert(const VersionKey& key) {
  HEALIX_CHECK(!IsFree(key), "a hash of zeroes");
  if (2 * (count_ + 1) > slots_.size()) Grow();
  const std::size_t at = Find(key, [&](const VersionKey& slot) { return slot == key; });
  if (!IsFree(slots_[at])) return false;
  slots_[at] = key;
  ++count_;
  return true;
}

bool VersionKeySet::Contains(const VersionKey& key) const {
  if (count_ == 0) return false;
  return !IsFree(slots_[Find(key, [&](const VersionKey& slot) { return slot == key; })]);
}

bool VersionKeySet::ContainsRecord(const VersionKey& key) const {
  if (count_ == 0) return false;
  return !IsFree(
      slots_[Find(key, [&](const VersionKey& slot) { return slot.record() == key.record(); })]);
}

std::vector<VersionKey> VersionKeySet::VersionsOf(const VersionKey& key) const {
  std::vector<VersionKey> versions;
  if (count_ == 0) return versions;
  Find(key, [&](const VersionKey& slot) {
    if (slot.record() == key.record()) versions.push_back(slot);
    return false;
  });
  return versions;
}

void VersionKeySet::Grow() {
  const std::vector<VersionKey> old =
      std::exchange(slots_, std::vector<VersionKey>(std::max(kSlotsMin, 2 * slots_.size())));
  for (const VersionKey& key : old) {
    if (IsFree(key)) continue;
    slots_[Find(key, [](const VersionKey&) { return false; })] = key;
  }
}

SeenRecords::SeenRecords() : blocks_(kBlocks) {}

bool SeenRecords::Insert(const VersionKey& key) {
  constexpr int kBitsPerRecord = 5;
  constexpr int kBitsOfPlace = 9;  // 512 places in a block
  std::uint64_t hash = Word(key, sizeof(std::uint64_t));
  Block& block = blocks_[hash % kBlocks];
  hash /= kBlocks;
  bool was_there = true;
  for (int i = 0; i < kBitsPerRecord; ++i) {
    const std::uint64_t place = hash % kBlockBits;
    hash >>= kBitsOfPlace;
    std::uint64_t& word = block.words[place / 64];
    const std::uint64_t bit = std::uint64_t{1} << (place % 64);
    was_there = was_there && (word & bit) != 0;
    word |= bit;
  }
  return was_there;
}

}  // namespace healix::lakehouse::ingest
