// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/container_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/io/file_system.h"
#include "formats/avro/binary_internal.h"
#include "formats/avro/codec_internal.h"
#include "formats/avro/resolve.h"

namespace healix::formats::avro {
namespace {

constexpr std::string_view kMagic{"Obj\1", 4};
constexpr std::size_t kSyncBytes = 16;
constexpr std::size_t kReadBytes = 64 * 1024;

Error InvalidAt(std::uint64_t offset, const char* reason) {
  return MakeError(ErrorCode::kAvroInvalid, "{}", SafeReason(reason))
      .At(Position{.file = {}, .byte_offset = offset, .line = {}});
}

Error LimitAt(std::uint64_t offset, const char* reason) {
  return MakeError(ErrorCode::kLimitExceeded, "{}", SafeReason(reason))
      .At(Position{.file = {}, .byte_offset = offset, .line = {}});
}

/// Delivers bytes of a stream in pieces of the size asked for.
class StreamBuffer final {
 public:
  explicit StreamBuffer(base::ByteStream& stream) : stream_(&stream) {}

  std::uint64_t offset() const { return offset_; }

  Result<bool> AtEnd() {
    HEALIX_RETURN_IF_ERROR(Fill(1));
    return buffer_.size() == at_;
  }

  /// The view lives until the next call.
  Result<std::string_view> Take(std::size_t size_bytes) {
    HEALIX_RETURN_IF_ERROR(Fill(size_bytes));
    if (buffer_.size() - at_ < size_bytes) {
      return InvalidAt(offset_, "the Avro file ends too early");
    }
    const std::string_view taken = std::string_view(buffer_).substr(at_, size_bytes);
    at_ += size_bytes;
    offset_ += size_bytes;
    return taken;
  }

  Result<std::int64_t> TakeLong() {
    constexpr std::size_t kVarintBytesMax = 10;
    HEALIX_RETURN_IF_ERROR(Fill(kVarintBytesMax));
    const std::string_view ahead = std::string_view(buffer_).substr(at_, kVarintBytesMax);
    BinaryReader reader(ahead, offset_, BinaryReader::Origin::kPlain);
    HEALIX_TRY(const std::int64_t number, reader.ReadLong());
    std::size_t size = 0;
    while ((static_cast<unsigned char>(ahead[size]) & 0x80) != 0) ++size;
    at_ += size + 1;
    offset_ += size + 1;
    return number;
  }

 private:
  // Reads on until `size_bytes` are there or the stream ends.
  Status Fill(std::size_t size_bytes) {
    if (buffer_.size() - at_ >= size_bytes) return {};
    buffer_.erase(0, at_);
    at_ = 0;
    while (buffer_.size() < size_bytes) {
      const std::size_t before = buffer_.size();
      buffer_.resize(before +
                     std::min(kReadBytes, std::max(size_bytes - before, std::size_t{4096})));
      const auto got = stream_->Read(
          std::as_writable_bytes(std::span(buffer_.data() + before, buffer_.size() - before)));
      buffer_.resize(before + (got ? *got : 0));
      if (!got) return got.error();
      if (*got == 0) return {};
    }
    return {};
  }

  base::ByteStream* stream_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;
};

/// Reads from a text in memory.
class MemoryStream final : public base::ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> Read(std::span<std::byte> buffer) override {
    const std::size_t size = std::min(buffer.size(), bytes_.size());
    std::ranges::copy(base::AsBytes(bytes_.substr(0, size)), buffer.begin());
    bytes_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view bytes_;
};

using Metadata = std::map<std::string, std::string>;

Result<std::string> TakeText(StreamBuffer& input, std::uint64_t bytes_max) {
  const std::uint64_t offset = input.offset();
  HEALIX_TRY(const std::int64_t size, input.TakeLong());
  if (size < 0) return InvalidAt(offset, "a length in the Avro header is negative");
  if (static_cast<std::uint64_t>(size) > bytes_max) {
    return LimitAt(offset, "the Avro header is too large");
  }
  HEALIX_TRY(const std::string_view text, input.Take(static_cast<std::size_t>(size)));
  return std::string(text);
}

Result<Metadata> TakeMetadata(StreamBuffer& input, const Limits& limits) {
  Metadata metadata;
  while (true) {
    HEALIX_TRY(std::int64_t count, input.TakeLong());
    if (count == 0) return metadata;
    if (count < 0) {
      HEALIX_TRY([[maybe_unused]] const std::int64_t size_bytes, input.TakeLong());
      count = count == std::numeric_limits<std::int64_t>::min() ? 0 : -count;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      HEALIX_TRY(std::string key, TakeText(input, limits.header_bytes));
      HEALIX_TRY(std::string value, TakeText(input, limits.header_bytes));
      if (input.offset() > limits.header_bytes) {
        return LimitAt(input.offset(), "the Avro header is too large");
      }
      metadata.insert_or_assign(std::move(key), std::move(value));
    }
  }
}

Result<Codec> CodecIn(const Metadata& metadata) {
  const auto found = metadata.find("avro.codec");
  if (found == metadata.end()) return Codec::kNull;
  const std::optional<Codec> codec = CodecOf(found->second);
  if (codec) return *codec;
  return MakeError(ErrorCode::kUnsupported, "the Avro codec {} is not supported",
                   SafeName(found->second.substr(0, 32)));
}

Result<Schema> SchemaIn(const Metadata& metadata) {
  const auto found = metadata.find("avro.schema");
  if (found == metadata.end()) return InvalidAt(0, "the Avro file has no schema");
  return Schema::Parse(found->second);
}

}  // namespace

struct ContainerReader::Impl {
  Impl(base::ByteStream& stream, ReaderOptions given, Schema schema)
      : input(stream), options(std::move(given)), writer_schema(std::move(schema)) {}

  StreamBuffer input;
  ReaderOptions options;
  Schema writer_schema;
  Metadata metadata;
  Codec codec = Codec::kNull;
  std::string sync;
  std::string block;
  std::uint64_t objects_left = 0;
  std::optional<BinaryReader> reader;

  /// Reads blocks until one has objects. Returns false at the end of the file.
  Result<bool> NextBlock() {
    while (objects_left == 0) {
      if (reader && !reader->AtEnd()) return reader->Invalid("a block holds more than its objects");
      reader.reset();
      HEALIX_TRY(const bool at_end, input.AtEnd());
      if (at_end) return false;
      HEALIX_RETURN_IF_ERROR(TakeBlock());
    }
    return true;
  }

  Status TakeBlock() {
    const std::uint64_t offset = input.offset();
    HEALIX_TRY(const std::int64_t count, input.TakeLong());
    HEALIX_TRY(const std::int64_t size, input.TakeLong());
    if (count < 0 || size < 0) return InvalidAt(offset, "a block has a negative count or size");
    if (static_cast<std::uint64_t>(size) > options.limits.block_bytes) {
      return LimitAt(offset, "an Avro block is too large");
    }
    const std::uint64_t data_offset = input.offset();
    HEALIX_TRY(const std::string_view data, input.Take(static_cast<std::size_t>(size)));
    auto decompressed = Decompress(codec, data, options.limits.block_bytes);
    if (!decompressed)
      return decompressed.error().At({.file = {}, .byte_offset = offset, .line = {}});
    block = *std::move(decompressed);
    const std::uint64_t sync_offset = input.offset();
    HEALIX_TRY(const std::string_view marker, input.Take(kSyncBytes));
    if (marker != sync) return InvalidAt(sync_offset, "the sync marker behind a block is wrong");
    objects_left = static_cast<std::uint64_t>(count);
    reader.emplace(
        block, data_offset,
        codec == Codec::kNull ? BinaryReader::Origin::kPlain : BinaryReader::Origin::kDecompressed);
    return {};
  }
};

ContainerReader::ContainerReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ContainerReader::ContainerReader(ContainerReader&&) noexcept = default;
ContainerReader::~ContainerReader() = default;

Result<ContainerReader> ContainerReader::Open(base::ByteStream& stream, ReaderOptions options) {
  StreamBuffer input(stream);
  HEALIX_TRY(const std::string_view magic, input.Take(kMagic.size()));
  if (magic != kMagic) return InvalidAt(0, "the file does not begin as an Avro file");
  HEALIX_TRY(Metadata metadata, TakeMetadata(input, options.limits));
  HEALIX_TRY(const std::string_view sync, input.Take(kSyncBytes));
  HEALIX_TRY(Schema schema, SchemaIn(metadata));
  HEALIX_TRY(const Codec codec, CodecIn(metadata));
  auto impl = std::make_unique<Impl>(stream, std::move(options), std::move(schema));
  impl->sync = sync;
  impl->input = std::move(input);
  impl->metadata = std::move(metadata);
  impl->codec = codec;
  return ContainerReader(std::move(impl));
}

const Schema& ContainerReader::schema() const {
  return impl_->options.reader_schema ? *impl_->options.reader_schema : impl_->writer_schema;
}
const Schema& ContainerReader::writer_schema() const { return impl_->writer_schema; }
const std::map<std::string, std::string>& ContainerReader::metadata() const {
  return impl_->metadata;
}

Result<std::optional<Datum>> ContainerReader::Next() {
  HEALIX_TRY(const bool has_object, impl_->NextBlock());
  if (!has_object) return std::optional<Datum>();
  const Schema& written = impl_->writer_schema;
  HEALIX_TRY(Datum datum, impl_->reader->ReadDatum(written, written.root(), impl_->options.limits));
  --impl_->objects_left;
  if (!impl_->options.reader_schema) return std::optional<Datum>(std::move(datum));
  HEALIX_TRY(Datum resolved, Resolve(written, *impl_->options.reader_schema, datum));
  return std::optional<Datum>(std::move(resolved));
}

Result<Container> ReadContainer(std::string_view bytes, ReaderOptions options) {
  MemoryStream stream(bytes);
  HEALIX_TRY(ContainerReader reader, ContainerReader::Open(stream, std::move(options)));
  Container container{reader.schema(), reader.metadata(), {}};
  while (true) {
    HEALIX_TRY(std::optional<Datum> datum, reader.Next());
    if (!datum) return container;
    container.objects.push_back(*std::move(datum));
  }
}

}  // namespace healix::formats::avro
