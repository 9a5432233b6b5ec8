// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "formats/archive/decompress_internal.h"

namespace healix::formats::archive {
namespace {

constexpr std::size_t kInputBytes = std::size_t{64} << 10;
constexpr int kWindowBitsMax = 27;

/// Says what a decoder did with the bytes it was shown.
struct DecodeStep {
  std::size_t taken_bytes = 0;
  std::size_t given_bytes = 0;
  bool at_boundary = false;  ///< the input may end here
  bool ended = false;        ///< nothing can follow
};

/// Turns packed into plain bytes; one decoder per stream.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual Result<DecodeStep> Decode(std::span<const std::byte> in, std::span<std::byte> out) = 0;
};

class ZlibDecoder final : public Decoder {
 public:
  enum class Framing { kGzip, kRaw };

  explicit ZlibDecoder(Framing framing) : framing_(framing) {
    const int window_bits = framing == Framing::kGzip ? 15 + 16 : -15;
    HEALIX_CHECK(inflateInit2(&zlib_, window_bits) == Z_OK, "zlib can't start");
  }
  ~ZlibDecoder() override { inflateEnd(&zlib_); }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

  Result<DecodeStep> Decode(std::span<const std::byte> in, std::span<std::byte> out) override {
    if (between_members_) {
      const auto data =
          std::find_if(in.begin(), in.end(), [](std::byte b) { return b != std::byte{0}; });
      if (data != in.begin() || in.empty()) {
        return DecodeStep{static_cast<std::size_t>(data - in.begin()), 0, true, false};
      }
      inflateReset(&zlib_);
      between_members_ = false;
    }
    constexpr std::size_t kStepMax = std::numeric_limits<uInt>::max();
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    zlib_.avail_in = static_cast<uInt>(std::min(in.size(), kStepMax));
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    const auto room = static_cast<uInt>(std::min(out.size(), kStepMax));
    zlib_.avail_out = room;
    const auto shown = zlib_.avail_in;
    const int code = inflate(&zlib_, Z_NO_FLUSH);
    DecodeStep step{shown - zlib_.avail_in, room - zlib_.avail_out, false, false};
    if (code == Z_STREAM_END) {
      step.at_boundary = true;
      step.ended = framing_ == Framing::kRaw;
      between_members_ = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR && step.given_bytes == 0) {
      return MakeError(ErrorCode::kArchiveInvalid, "the deflate data is damaged: {}",
                       SafeReason(zlib_.msg != nullptr ? zlib_.msg : "needs a dictionary"));
    }
    return step;
  }

 private:
  const Framing framing_;
  z_stream zlib_{};
  bool between_members_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    HEALIX_CHECK(context_ != nullptr, "out of memory");
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowBitsMax);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Result<DecodeStep> Decode(std::span<const std::byte> in, std::span<std::byte> out) override {
    if (damage_) return *damage_;
    if (in.empty() && at_boundary_) return DecodeStep{0, 0, true, false};
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(code) != 0) {
      damage_ = DamageOf(code);
      if (output.pos == 0) return *damage_;  // else the good bytes before it go first
    }
    at_boundary_ = code == 0;
    return DecodeStep{input.pos, output.pos, at_boundary_, false};
  }

 private:
  static Error DamageOf(std::size_t code) {
    const bool window = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;
    return MakeError(window ? ErrorCode::kLimitExceeded : ErrorCode::kArchiveInvalid,
                     "the zstd data can't be unpacked: {}", SafeReason(ZSTD_getErrorName(code)));
  }

  ZSTD_DCtx* context_;
  bool at_boundary_ = false;
  std::optional<Error> damage_;
};

/// Feeds a decoder from a stream and watches the ratio.
class UnpackStream final : public base::ByteStream {
 public:
  UnpackStream(MeteredStream packed, std::unique_ptr<Decoder> decoder, const ArchiveLimits& limits)
      : packed_(std::move(packed.bytes)),
        decoder_(std::move(decoder)),
        limits_(limits),
        meter_(std::make_shared<ExpansionMeter>(std::move(packed.meter))),
        input_(kInputBytes) {}

  std::shared_ptr<const ExpansionMeter> meter() const { return meter_; }
  /// How many of the bytes given lie before a boundary: their checksum is right.
  std::uint64_t vouched_bytes() const { return vouched_bytes_; }
  bool is_cut_off() const { return is_cut_off_; }

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    while (!ended_) {
      if (at_last_byte_) {
        HEALIX_RETURN_IF_ERROR(End());
        break;
      }
      if (begin_ == end_ && !packed_ended_) HEALIX_RETURN_IF_ERROR(Fill());
      HEALIX_TRY(const DecodeStep step, Step(buffer));
      const bool stuck = step.given_bytes == 0 && begin_ == end_ && packed_ended_;
      if (step.at_boundary) vouched_bytes_ = meter_->given_bytes();
      if (stuck && !step.at_boundary) return Truncated();
      at_last_byte_ = stuck || step.ended;
      if (step.given_bytes > 0) return step.given_bytes;
    }
    return std::size_t{0};
  }

 private:
  Status Fill() {
    HEALIX_TRY(end_, packed_->Read(input_));
    begin_ = 0;
    packed_ended_ = end_ == 0;
    return {};
  }

  Result<DecodeStep> Step(std::span<std::byte> buffer) {
    const auto in = std::span<const std::byte>(input_).subspan(begin_, end_ - begin_);
    const auto step = decoder_->Decode(in, buffer);
    if (!step) {
      return MakeError(step.error().code(), "{} (near byte {} of the packed data)",
                       SafeReason(step.error().message()), meter_->taken_bytes());
    }
    begin_ += step->taken_bytes;
    meter_->Count(step->taken_bytes, step->given_bytes);
    if (meter_->Exceeds(limits_)) {
      return MakeError(ErrorCode::kArchiveBomb, "{} packed bytes unpack to more than {} bytes",
                       meter_->taken_bytes(), meter_->given_bytes());
    }
    return step;
  }

  /// A decoder that ended for good must have used all its input.
  Status End() {
    ended_ = true;
    if (begin_ == end_ && !packed_ended_) HEALIX_RETURN_IF_ERROR(Fill());
    if (begin_ == end_) return {};
    return MakeError(ErrorCode::kArchiveInvalid,
                     "the packed data goes on behind its end at byte {}", meter_->taken_bytes());
  }

  Error Truncated() {
    is_cut_off_ = true;
    return MakeError(ErrorCode::kArchiveInvalid, "the packed data is cut off at byte {}",
                     meter_->taken_bytes());
  }

  std::unique_ptr<base::ByteStream> packed_;
  std::unique_ptr<Decoder> decoder_;
  const ArchiveLimits limits_;
  std::shared_ptr<ExpansionMeter> meter_;
  std::vector<std::byte> input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool packed_ended_ = false;
  bool at_last_byte_ = false;  ///< the decoder gives no more
  bool ended_ = false;
  bool is_cut_off_ = false;
  std::uint64_t vouched_bytes_ = 0;
};

/// Says how far unpacked bytes can be believed.
struct Fence {
  std::uint64_t good_bytes = 0;
  Error error;
};

/// A flipped bit can hide the end of a gzip member, which looks cut off then. But its last four
/// bytes are those of its size still (RFC 1952, ISIZE), and it has nearly that size. (Where a cut
/// happens to leave such bytes, too little is believed, not too much.)
bool TellsItsSize(const ByteRange& packed, std::uint64_t unpacked_bytes) {
  std::array<std::byte, 4> last;
  if (packed.size_bytes < last.size()) return false;
  const std::uint64_t offset = packed.offset + packed.size_bytes - last.size();
  if (!packed.bytes->ReadExactly(offset, last)) return false;
  std::uint32_t told = 0;
  for (std::size_t i = last.size(); i-- > 0;) told = told << 8 | std::to_integer<unsigned>(last[i]);
  const std::uint64_t margin = unpacked_bytes / 8 + 1024;
  return told + margin >= unpacked_bytes && told <= unpacked_bytes + margin;
}

/// Reads a stream to its end; returns what of it can't be believed, if anything. Other errors than
/// damage are left to those who read it again.
std::optional<Fence> Examine(UnpackStream& stream, const ByteRange& packed) {
  const std::optional<Error> error = ReadOver(stream);
  if (!error || error->code() != ErrorCode::kArchiveInvalid) return std::nullopt;
  const std::uint64_t unpacked_bytes = stream.meter()->given_bytes() - stream.vouched_bytes();
  if (stream.is_cut_off() && !TellsItsSize(packed, unpacked_bytes)) return std::nullopt;
  return Fence{stream.vouched_bytes(), *error};
}

/// Ends a stream with an error where it can't be believed any more.
class FencedStream final : public base::ByteStream {
 public:
  FencedStream(std::unique_ptr<base::ByteStream> bytes, Fence fence)
      : bytes_(std::move(bytes)), fence_(std::move(fence)) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    if (fence_.good_bytes == 0) return fence_.error;
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), fence_.good_bytes);
    HEALIX_TRY(const std::size_t got, bytes_->Read(buffer.first(size)));
    fence_.good_bytes -= got;
    return got;
  }

 private:
  std::unique_ptr<base::ByteStream> bytes_;
  Fence fence_;
};

/// `make` returns a new decoder.
template <typename Make>
MeteredStream Unpack(MeteredStream packed, Make make, const ArchiveLimits& limits) {
  std::optional<Fence> fence;
  if (packed.range) {
    UnpackStream first({Stream(*packed.range), packed.meter}, make(), limits);
    fence = Examine(first, *packed.range);
  }
  auto unpacked = std::make_unique<UnpackStream>(std::move(packed), make(), limits);
  MeteredStream stream{nullptr, unpacked->meter()};
  stream.bytes = std::move(unpacked);
  if (fence) {
    stream.bytes = std::make_unique<FencedStream>(std::move(stream.bytes), *std::move(fence));
  }
  return stream;
}

class CheckedStream final : public base::ByteStream {
 public:
  CheckedStream(std::unique_ptr<base::ByteStream> bytes, std::uint64_t size, std::uint32_t crc)
      : bytes_(std::move(bytes)), size_(size), crc_(crc) {}

  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    HEALIX_TRY(const std::size_t got, bytes_->Read(buffer));
    seen_bytes_ += got;
    seen_crc_ = static_cast<std::uint32_t>(
        crc32_z(seen_crc_, reinterpret_cast<const Bytef*>(buffer.data()), got));
    if (got == 0 && (seen_bytes_ != size_ || seen_crc_ != crc_)) {
      return MakeError(
          ErrorCode::kArchiveInvalid,
          "a member does not fit its directory entry: {} bytes of {}, CRC {:08x} of {:08x}",
          seen_bytes_, size_, seen_crc_, crc_);
    }
    return got;
  }

 private:
  std::unique_ptr<base::ByteStream> bytes_;
  const std::uint64_t size_;
  const std::uint32_t crc_;
  std::uint64_t seen_bytes_ = 0;
  std::uint32_t seen_crc_ = 0;
};

}  // namespace

MeteredStream UnpackGzip(MeteredStream packed, const ArchiveLimits& limits) {
  const auto make = [] { return std::make_unique<ZlibDecoder>(ZlibDecoder::Framing::kGzip); };
  return Unpack(std::move(packed), make, limits);
}

MeteredStream UnpackDeflate(MeteredStream packed, const ArchiveLimits& limits) {
  const auto make = [] { return std::make_unique<ZlibDecoder>(ZlibDecoder::Framing::kRaw); };
  return Unpack(std::move(packed), make, limits);
}

MeteredStream UnpackZstd(MeteredStream packed, const ArchiveLimits& limits) {
  return Unpack(
      std::move(packed), [] { return std::make_unique<ZstdDecoder>(); }, limits);
}

std::unique_ptr<base::ByteStream> CheckContent(std::unique_ptr<base::ByteStream> bytes,
                                               std::uint64_t size_bytes, std::uint32_t crc32) {
  return std::make_unique<CheckedStream>(std::move(bytes), size_bytes, crc32);
}

}  // namespace healix::formats::archive
