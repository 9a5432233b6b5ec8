// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Walks over bytes in memory; numbers are little-endian.

#include <concepts>
#include <cstdint>
#include <string_view>

#include "base/result/result.h"

namespace healix::lakehouse::iceberg {

/// Errors   kMetadataInvalid when fewer bytes are left.
class ByteCursor final {
 public:
  explicit ByteCursor(std::string_view bytes) : bytes_(bytes) {}

  bool AtEnd() const { return bytes_.empty(); }

  Result<std::string_view> Take(std::uint64_t size_bytes) {
    if (size_bytes > bytes_.size()) {
      return MakeError(ErrorCode::kMetadataInvalid, "a binary structure ends too early");
    }
    const std::string_view taken = bytes_.substr(0, size_bytes);
    bytes_.remove_prefix(size_bytes);
    return taken;
  }

  template <std::unsigned_integral Unsigned>
  Result<Unsigned> Number() {
    HEALIX_TRY(const std::string_view taken, Take(sizeof(Unsigned)));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    }
    return static_cast<Unsigned>(value);
  }

 private:
  std::string_view bytes_;
};

}  // namespace healix::lakehouse::iceberg
