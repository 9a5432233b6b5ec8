// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "formats/avro/codec_internal.h"

namespace healix::formats::avro {
namespace {

constexpr std::array<std::string_view, 3> kNames{"null", "deflate", "zstandard"};
constexpr int kRawDeflateWindow = -15;  // no zlib header, no checksum
constexpr uInt kChecksumBytesMax = 4;   // fastavro leaves most of zlib's checksum behind the block
constexpr int kZstdLevel = 3;
constexpr std::size_t kChunkBytes = 64 * 1024;

Error Damaged() {
  return MakeError(ErrorCode::kAvroInvalid, "a compressed block of the Avro file is damaged");
}

Error TooLarge(std::uint64_t bytes_max) {
  return MakeError(ErrorCode::kLimitExceeded, "an Avro block unpacks to more than {} bytes",
                   bytes_max);
}

Result<std::string> Deflate(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflateWindow, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return MakeError(ErrorCode::kInternal, "zlib can't compress");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, deflateEnd);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    return MakeError(ErrorCode::kInternal, "zlib can't compress");
  }
  out.resize(stream.total_out);
  return out;
}

Result<std::string> Inflate(std::string_view bytes, std::uint64_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, kRawDeflateWindow) != Z_OK) {
    return MakeError(ErrorCode::kInternal, "zlib can't decompress");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  while (true) {
    if (out.size() > bytes_max) return TooLarge(bytes_max);
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kChunkBytes;
    const int state = inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kChunkBytes - stream.avail_out);
    if (state == Z_STREAM_END) break;
    if (state != Z_OK || (out.size() == before && stream.avail_in == 0)) return Damaged();
  }
  if (out.size() > bytes_max) return TooLarge(bytes_max);
  if (stream.avail_in > kChecksumBytesMax) return Damaged();
  return out;
}

Result<std::string> ZstdCompress(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kZstdLevel);
  if (ZSTD_isError(size)) return MakeError(ErrorCode::kInternal, "zstd can't compress");
  out.resize(size);
  return out;
}

// Writers may leave the size out of the frame, so the block is streamed.
Result<std::string> ZstdDecompress(std::string_view bytes, std::uint64_t bytes_max) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        ZSTD_freeDCtx);
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::string out;
  std::size_t state = 1;
  while (state != 0 || input.pos < input.size) {
    if (out.size() > bytes_max) return TooLarge(bytes_max);
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    ZSTD_outBuffer output{out.data() + before, kChunkBytes, 0};
    const std::size_t consumed = input.pos;
    state = ZSTD_decompressStream(context.get(), &output, &input);
    out.resize(before + output.pos);
    const bool is_stuck = output.pos == 0 && input.pos == consumed && state != 0;
    if (ZSTD_isError(state) || is_stuck) return Damaged();
  }
  if (out.size() > bytes_max) return TooLarge(bytes_max);
  return out;
}

}  // namespace

std::string_view CodecName(Codec codec) { return kNames[static_cast<std::size_t>(codec)]; }

std::optional<Codec> CodecOf(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Codec>(found - kNames.begin());
}

Result<std::string> Compress(Codec codec, std::string_view bytes) {
  switch (codec) {
    case Codec::kDeflate:
      return Deflate(bytes);
    case Codec::kZstd:
      return ZstdCompress(bytes);
    case Codec::kNull:
      break;
  }
  return std::string(bytes);
}

Result<std::string> Decompress(Codec codec, std::string_view bytes, std::uint64_t bytes_max) {
  switch (codec) {
    case Codec::kDeflate:
      return Inflate(bytes, bytes_max);
    case Codec::kZstd:
      return ZstdDecompress(bytes, bytes_max);
    case Codec::kNull:
      break;
  }
  return std::string(bytes);
}

}  // namespace healix::formats::avro
