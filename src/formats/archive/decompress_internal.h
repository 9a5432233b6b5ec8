// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Unpacks gzip, deflate and zstd as they stream by, within limits.

#include <cstdint>
#include <memory>

#include "base/io/byte_stream.h"
#include "formats/archive/byte_sources_internal.h"
#include "formats/archive/expansion_meter_internal.h"

namespace healix::formats::archive {

/// A stream and how far its layers blew it up; `meter` is nullptr when nothing is compressed.
struct MeteredStream {
  std::unique_ptr<base::ByteStream> bytes;
  std::shared_ptr<const ExpansionMeter> meter;
  /// Where the stream's bytes lie, if they can be read twice: then what is unpacked from them was
  /// compared with its checksums before any of it is given.
  std::optional<ByteRange> range = std::nullopt;
};

/// Unpacks gzip (RFC 1952): one or more members, zero padding behind them.
/// With `packed.range` it reads all once before it returns. When that finds damage, the stream ends
/// with its error before the gzip member whose checksum can't be right, as a flipped bit may have
/// changed any of it. Packed data that is only cut off is given up to the cut: it has no checksum.
/// Errors   of Read(): kArchiveInvalid names the byte of the packed data; kArchiveBomb.
MeteredStream UnpackGzip(MeteredStream packed, const ArchiveLimits& limits);

/// Unpacks one raw deflate stream (RFC 1951), as zip members have. Errors as UnpackGzip.
MeteredStream UnpackDeflate(MeteredStream packed, const ArchiveLimits& limits);

/// Unpacks zstd (RFC 8878): one or more frames, windows to 2^27 bytes. Its frames, whose checksums
/// are optional, are judged as members of gzip are. Errors as UnpackGzip.
MeteredStream UnpackZstd(MeteredStream packed, const ArchiveLimits& limits);

/// Passes bytes through and fails at their end with kArchiveInvalid unless size and CRC-32 fit.
/// (A zip member is read through it once before it is given.)
std::unique_ptr<base::ByteStream> CheckContent(std::unique_ptr<base::ByteStream> bytes,
                                               std::uint64_t size_bytes, std::uint32_t crc32);

}  // namespace healix::formats::archive
