// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/container_writer.h"

#include <utility>

#include "formats/avro/binary_internal.h"
#include "formats/avro/codec_internal.h"

namespace healix::formats::avro {
namespace {

constexpr std::string_view kMagic{"Obj\1", 4};

/// Spreads a text over 16 bytes (FNV-1a, twice). It only has to differ between files.
SyncMarker MarkerOf(std::string_view text) {
  SyncMarker marker{};
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t half = 0; half < 2; ++half) {
    for (const char byte : text) {
      hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
    }
    for (std::size_t i = 0; i < 8; ++i) {
      marker[8 * half + i] = static_cast<char>((hash >> (8 * i)) & 0xFF);
    }
  }
  return marker;
}

std::string HeaderWithoutMarker(const Schema& schema, const WriterOptions& options) {
  std::string header(kMagic);
  AppendLong(header, static_cast<std::int64_t>(options.metadata.size()) + 2);
  AppendBytes(header, "avro.codec");
  AppendBytes(header, CodecName(options.codec));
  AppendBytes(header, "avro.schema");
  AppendBytes(header, schema.ToJson());
  for (const auto& [key, value] : options.metadata) {
    AppendBytes(header, key);
    AppendBytes(header, value);
  }
  AppendLong(header, 0);
  return header;
}

}  // namespace

Status WriterOptions::Validate() const {
  for (const auto& [key, value] : metadata) {
    if (key.starts_with("avro.")) {
      return MakeError(ErrorCode::kInvalidArgument, "the Avro metadata key {} is reserved",
                       SafeName(key));
    }
  }
  if (block_bytes == 0)
    return MakeError(ErrorCode::kInvalidArgument, "an Avro block can't be empty");
  return {};
}

ContainerWriter::ContainerWriter(Schema schema, WriterOptions options)
    : schema_(std::move(schema)), options_(std::move(options)) {
  written_ = HeaderWithoutMarker(schema_, options_);
  sync_ = options_.sync_marker.value_or(MarkerOf(written_));
  written_.append(sync_.data(), sync_.size());
}

Result<ContainerWriter> ContainerWriter::Create(Schema schema, WriterOptions options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  return ContainerWriter(std::move(schema), std::move(options));
}

Status ContainerWriter::Append(const Datum& datum) {
  const std::size_t before = block_.size();
  const Status appended = AppendDatum(schema_, schema_.root(), datum, block_);
  if (!appended) {
    block_.resize(before);
    return appended;
  }
  ++block_objects_;
  return block_.size() >= options_.block_bytes ? Flush() : Status();
}

Status ContainerWriter::Flush() {
  if (block_objects_ == 0) return {};
  HEALIX_TRY(const std::string compressed, Compress(options_.codec, block_));
  AppendLong(written_, static_cast<std::int64_t>(block_objects_));
  AppendBytes(written_, compressed);
  written_.append(sync_.data(), sync_.size());
  block_.clear();
  block_objects_ = 0;
  return {};
}

std::string ContainerWriter::TakeBytes() { return std::exchange(written_, {}); }

Result<std::string> WriteContainer(const Schema& schema, const WriterOptions& options,
                                   const std::vector<Datum>& objects) {
  HEALIX_TRY(ContainerWriter writer, ContainerWriter::Create(schema, options));
  for (const Datum& object : objects) HEALIX_RETURN_IF_ERROR(writer.Append(object));
  HEALIX_RETURN_IF_ERROR(writer.Flush());
  return writer.TakeBytes();
}

}  // namespace healix::formats::avro
