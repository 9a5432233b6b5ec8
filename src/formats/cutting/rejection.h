// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says why some bytes are not a record, with what is needed to find and judge them again.

#include <cstddef>

#include "base/hash/sha256.h"
#include "base/result/error.h"

namespace healix::formats {

/// How much of a rejected record is shown; the hash is always over all of it.
inline constexpr std::size_t kRejectedHeadBytesMax = std::size_t{64} << 10;

/// Describes bytes that could not become a record.
/// PHI      the error is free of personal data; the bytes themselves are not and go to quarantine.
struct Rejection {
  Error error;  ///< code, sentence, byte offset or line of the fault in the source
  base::Sha256Digest
      sha256;  ///< over all of the rejected range as UTF-8 (of UTF-8 input: the source bytes)
};

}  // namespace healix::formats
