// SPDX-License-Identifier: Apache-2.0
#include <zstd.h>

#include "lakehouse/iceberg/byte_cursor_internal.h"
#include "lakehouse/iceberg/deletion_vector.h"
#include "lakehouse/iceberg/json_internal.h"
#include "lakehouse/iceberg/metadata_json_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::string_view kMagic = "PFA1";
constexpr std::size_t kTailBytes = 12;  ///< payload size, flags, magic
constexpr std::uint64_t kBlobBytesMax = std::uint64_t{256} << 20;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a Puffin file is wrong: {}", SafeReason(reason));
}

Result<PuffinBlob> BlobFromJson(const Json& json) {
  PuffinBlob blob;
  HEALIX_TRY(blob.type, RequiredMember<std::string>(json, "type"));
  HEALIX_TRY(blob.field_ids, ListOf<std::int32_t>(json, "fields"));
  HEALIX_TRY(blob.snapshot_id, RequiredSnapshotId(json, "snapshot-id"));
  HEALIX_TRY(blob.sequence_number, RequiredMember<std::int64_t>(json, "sequence-number"));
  HEALIX_TRY(const std::int64_t offset, RequiredMember<std::int64_t>(json, "offset"));
  HEALIX_TRY(const std::int64_t length, RequiredMember<std::int64_t>(json, "length"));
  if (offset < 0 || length < 0) return Invalid("a blob lies outside the file");
  blob.offset_bytes = static_cast<std::uint64_t>(offset);
  blob.length_bytes = static_cast<std::uint64_t>(length);
  HEALIX_TRY(blob.compression_codec, OptionalMember<std::string>(json, "compression-codec"));
  HEALIX_TRY(blob.properties, TextMapMember(json, "properties"));
  return blob;
}

}  // namespace

Result<PuffinFooter> ReadPuffinFooter(std::string_view file) {
  const bool has_ends = file.size() >= 2 * kMagic.size() + kTailBytes && file.starts_with(kMagic) &&
                        file.ends_with(kMagic);
  if (!has_ends) return Invalid("it does not begin and end as one");
  ByteCursor tail(file.substr(file.size() - kTailBytes));
  HEALIX_TRY(const std::uint32_t payload_bytes, tail.Number<std::uint32_t>());
  HEALIX_TRY(const std::uint32_t flags, tail.Number<std::uint32_t>());
  if (flags != 0) {
    return MakeError(ErrorCode::kMetadataUnsupported, "the footer of a Puffin file is compressed");
  }
  const std::size_t body_bytes = file.size() - kTailBytes - 2 * kMagic.size();
  if (payload_bytes > body_bytes) return Invalid("its footer is longer than the file");
  const std::size_t payload_at = file.size() - kTailBytes - payload_bytes;
  if (!file.substr(0, payload_at).ends_with(kMagic)) return Invalid("its footer has no magic");
  HEALIX_TRY(const Json json, ParseJson(file.substr(payload_at, payload_bytes)));
  PuffinFooter footer;
  HEALIX_TRY(footer.properties, TextMapMember(json, "properties"));
  HEALIX_TRY(const Json* blobs, ListMember(json, "blobs", Presence::kRequired));
  for (const Json& item : *blobs) {
    HEALIX_TRY(PuffinBlob blob, BlobFromJson(item));
    footer.blobs.push_back(std::move(blob));
  }
  return footer;
}

Result<std::string> ReadPuffinBlob(std::string_view file, const PuffinBlob& blob) {
  if (blob.offset_bytes > file.size() || blob.length_bytes > file.size() - blob.offset_bytes) {
    return Invalid("a blob lies outside the file");
  }
  const std::string_view stored = file.substr(blob.offset_bytes, blob.length_bytes);
  if (!blob.compression_codec) return std::string(stored);
  if (*blob.compression_codec != "zstd") {
    return MakeError(ErrorCode::kMetadataUnsupported, "the Puffin codec {} is not supported",
                     SafeName(blob.compression_codec->substr(0, 32)));
  }
  const unsigned long long size = ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Invalid("a compressed blob does not say its size");
  }
  if (size > kBlobBytesMax) {
    return MakeError(ErrorCode::kLimitExceeded, "a Puffin blob unpacks to more than {} bytes",
                     kBlobBytesMax);
  }
  std::string content(size, '\0');
  const std::size_t got =
      ZSTD_decompress(content.data(), content.size(), stored.data(), stored.size());
  if (ZSTD_isError(got) || got != size) return Invalid("a compressed blob is damaged");
  return content;
}

}  // namespace healix::lakehouse::iceberg
