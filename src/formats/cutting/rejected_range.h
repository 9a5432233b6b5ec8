// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gathers bytes that are no record: their hash, their count and their first 64 KiB.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash/sha256.h"
#include "formats/cutting/rejection.h"

namespace healix::formats {

/// Takes a rejected range piece by piece, however long it is, in bounded memory.
/// Threads  one at a time.
/// Example  RejectedRangeTest.KeepsTheHeadAndHashesAll
class RejectedRange final {
 public:
  /// Takes the next UTF-8 bytes of the range.
  void Add(std::string_view bytes) {
    hash_.Update(bytes);
    const std::size_t room = kRejectedHeadBytesMax - head_.size();
    head_.append(bytes.substr(0, room));
  }

  /// Returns the rejection of all that was added; head() stays.
  Rejection Finish(Error error) { return {std::move(error), hash_.Finish()}; }
  const std::string& head() const { return head_; }

 private:
  base::Sha256 hash_;
  std::string head_;
};

}  // namespace healix::formats
