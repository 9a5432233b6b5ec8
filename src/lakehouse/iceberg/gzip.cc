// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <memory>

#include "lakehouse/iceberg/gzip_internal.h"

namespace healix::lakehouse::iceberg {

Result<std::string> Gunzip(std::string_view bytes, std::uint64_t bytes_max) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr std::size_t kChunkBytes = 256 * 1024;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return MakeError(ErrorCode::kInternal, "zlib can't decompress");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    const std::size_t before = out.size();
    if (before > bytes_max) {
      return MakeError(ErrorCode::kLimitExceeded, "the metadata unpacks to more than {} bytes",
                       bytes_max);
    }
    out.resize(before + kChunkBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kChunkBytes;
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kChunkBytes - stream.avail_out);
    const bool is_stuck = out.size() == before && stream.avail_in == 0 && state != Z_STREAM_END;
    if ((state != Z_OK && state != Z_STREAM_END) || is_stuck) {
      return MakeError(ErrorCode::kMetadataInvalid, "the gzip metadata file is damaged");
    }
  }
  return out;
}

}  // namespace healix::lakehouse::iceberg
