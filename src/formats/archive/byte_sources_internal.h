// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives bytes to decompressors: ranges of a file, and streams whose front can be looked at.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash/sha256.h"
#include "base/io/byte_stream.h"
#include "base/io/file_system.h"
#include "formats/archive/expansion_meter_internal.h"

namespace healix::formats::archive {

/// Reads anywhere: a file, or an archive held in memory.
class RandomBytes {
 public:
  virtual ~RandomBytes() = default;
  virtual std::uint64_t size() const = 0;
  /// Fills the whole buffer; kInputVanished when the bytes are gone.
  virtual Status ReadExactly(std::uint64_t offset, std::span<std::byte> buffer) = 0;
};

Result<std::shared_ptr<RandomBytes>> OpenBytes(base::FileSystem& files, const std::string& path);
std::shared_ptr<RandomBytes> HoldBytes(std::vector<std::byte> bytes);

/// Names bytes that can be read as often as one likes.
struct ByteRange {
  std::shared_ptr<RandomBytes> bytes;
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

/// Streams a range once.
std::unique_ptr<base::ByteStream> Stream(ByteRange range);

/// Lets a reader look at the front of a stream before it is read.
class PeekStream final : public base::ByteStream {
 public:
  static constexpr std::size_t kPeekBytesMax = 512;

  explicit PeekStream(std::unique_ptr<base::ByteStream> inner) : inner_(std::move(inner)) {}

  /// Returns the first bytes: kPeekBytesMax, or all when there are fewer. Once, before Read().
  /// An error behind them is kept for Read(), so that they can be read first.
  std::span<const std::byte> Peek();
  const std::optional<Error>& error_behind_front() const { return error_; }
  Result<std::size_t> Read(std::span<std::byte> buffer) override;

 private:
  std::unique_ptr<base::ByteStream> inner_;
  std::vector<std::byte> front_;
  std::size_t front_read_ = 0;
  std::optional<Error> error_;
};

/// Reads as many bytes as there are, up to the size of the buffer.
Result<std::size_t> ReadFully(base::ByteStream& stream, std::span<std::byte> buffer);

/// Reads over a stream to its end; returns why it ended early, if it did.
std::optional<Error> ReadOver(base::ByteStream& stream);

/// What lay in a stream that nobody wanted.
struct Drained {
  std::uint64_t size_bytes = 0;
  base::Sha256Digest hash;
  std::optional<Error> error;  ///< why it ended early
};
Drained Drain(base::ByteStream& stream);

}  // namespace healix::formats::archive
