// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Delivers a text that is in memory as a stream.

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/io/byte_stream.h"

namespace healix::formats {

/// Delivers `text` in reads of at most `read_bytes_max`, so that tests can cut it anywhere.
/// Owns     nothing; the text must outlive it.
class MemoryStream final : public base::ByteStream {
 public:
  explicit MemoryStream(std::string_view text, std::size_t read_bytes_max = SIZE_MAX)
      : rest_(text), read_bytes_max_(read_bytes_max) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    const std::size_t bytes = std::min({buffer.size(), rest_.size(), read_bytes_max_});
    if (bytes > 0) std::memcpy(buffer.data(), rest_.data(), bytes);
    rest_.remove_prefix(bytes);
    return bytes;
  }

 private:
  std::string_view rest_;
  std::size_t read_bytes_max_;
};

/// Delivers `text` and then fails with kArchiveInvalid, as a damaged compression does.
class DamagedStream final : public base::ByteStream {
 public:
  explicit DamagedStream(std::string_view text, std::size_t read_bytes_max = SIZE_MAX)
      : text_(text, read_bytes_max) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    auto bytes = text_.Read(buffer);
    if (bytes && *bytes == 0) return MakeError(ErrorCode::kArchiveInvalid, "damaged");
    return bytes;
  }

 private:
  MemoryStream text_;
};

}  // namespace healix::formats
