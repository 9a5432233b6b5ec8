// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says which ingests of a home took in which files.

#include <cstring>
#include <string_view>
#include <unordered_set>

#include "base/hash/sha256.h"
#include "base/result/result.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

struct DigestHash {
  std::size_t operator()(const base::Sha256Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.bytes.data(), sizeof(hash));
    return hash;
  }
};

/// Names a pair of texts in 32 bytes.
base::Sha256Digest PairHash(std::string_view first, std::string_view second);

/// All that the ledger and the list of runs know.
/// Memory   about 60 bytes per file and ingest that wrote rows of it.
class LedgerClaims final {
 public:
  static Result<LedgerClaims> Read(storage::records::Store& records);

  bool HasIngest(std::string_view ingest) const { return ingests_.contains(PairHash(ingest, "")); }
  /// `place` is PairHash(ingest, file).
  bool HasPlace(const base::Sha256Digest& place) const { return places_.contains(place); }

 private:
  std::unordered_set<base::Sha256Digest, DigestHash> ingests_;
  std::unordered_set<base::Sha256Digest, DigestHash> places_;
};

}  // namespace healix::lakehouse::ingest
