// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Reads deletion vectors (64-bit roaring bitmaps) and the footers of Puffin files.
/// Source   Iceberg Puffin specification; RoaringFormatSpec, "portable" layout.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"

namespace healix::lakehouse::iceberg {

constexpr std::uint64_t kDeletedPositionsMax = std::uint64_t{1} << 27;

/// Reads a `deletion-vector-v1` blob: length, magic, bitmap, CRC-32. Returns the positions of
/// deleted rows, ascending, from 0.
/// Errors   kMetadataInvalid, kLimitExceeded (more than kDeletedPositionsMax positions).
/// Example  DeletionVectorTest.ReadsWhatPyicebergReads
Result<std::vector<std::uint64_t>> ReadDeletionVector(std::string_view blob);

/// Reads a bare 64-bit bitmap in the portable layout. Errors as above.
Result<std::vector<std::uint64_t>> ReadRoaring64(std::string_view bytes);

struct PuffinBlob {
  std::string type;
  std::vector<std::int32_t> field_ids;
  std::int64_t snapshot_id = 0;
  std::int64_t sequence_number = 0;
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  std::optional<std::string> compression_codec;
  std::map<std::string, std::string> properties;
};

struct PuffinFooter {
  std::vector<PuffinBlob> blobs;
  std::map<std::string, std::string> properties;
};

/// Reads the footer of a whole Puffin file. Errors kMetadataInvalid, kMetadataUnsupported (a
/// compressed footer).
Result<PuffinFooter> ReadPuffinFooter(std::string_view file);

/// Returns the content of a blob, decompressed (none or zstd). Errors as above, kLimitExceeded.
Result<std::string> ReadPuffinBlob(std::string_view file, const PuffinBlob& blob);

}  // namespace healix::lakehouse::iceberg
