// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "formats/archive/container_internal.h"
#include "formats/archive/zip_directory_internal.h"

namespace healix::formats::archive {
namespace {

constexpr std::uint16_t kEncryptedFlag = 1;
constexpr std::uint64_t kLocalHeaderBytes = 30;

enum class Method : std::uint16_t { kStored = 0, kDeflate = 8, kZstd = 93 };

class ZipContainer final : public Container {
 public:
  ZipContainer(std::shared_ptr<RandomBytes> bytes, std::shared_ptr<const ExpansionMeter> meter,
               const ArchiveLimits& limits)
      : bytes_(std::move(bytes)), meter_(std::move(meter)), limits_(limits) {}

  Status Open() {
    HEALIX_TRY(entries_, ReadZipDirectory(*bytes_, limits_.members_max));
    return {};
  }

  Result<std::optional<Entry>> Next() override {
    if (next_ == entries_.size()) return std::optional<Entry>();
    const ZipEntry& line = entries_[next_++];
    Entry entry;
    entry.name = line.name;
    entry.type = TypeOf(line);
    entry.content = {EmptyStream(), meter_};
    if (entry.type == EntryType::kFolder) return std::optional<Entry>(std::move(entry));
    auto content = CheckedContentOf(line);
    if (content) {
      entry.content = *std::move(content);
    } else {
      entry.refusal = content.error();
      entry.content.bytes = PackedBytes(line);
    }
    return std::optional<Entry>(std::move(entry));
  }

 private:
  static EntryType TypeOf(const ZipEntry& line) {
    const auto format = line.unix_mode & S_IFMT;
    if (format == S_IFDIR || line.name.ends_with('/')) return EntryType::kFolder;
    const bool is_file = format == 0 || format == S_IFREG;
    return is_file ? EntryType::kFile : EntryType::kLinkOrDevice;
  }

  /// Header and packed content of a member that can't be unpacked.
  std::unique_ptr<base::ByteStream> PackedBytes(const ZipEntry& line) const {
    const std::uint64_t begin = line.header_offset;
    const std::uint64_t size = kLocalHeaderBytes + line.name.size() + line.packed_bytes;
    return Stream({bytes_, begin, std::min(size, bytes_->size() - begin)});
  }

  /// Reads a member once, so that none of it is taken when its one checksum at the end is wrong.
  Result<MeteredStream> CheckedContentOf(const ZipEntry& line) {
    HEALIX_TRY(const MeteredStream first, ContentOf(line));
    const std::optional<Error> error = ReadOver(*first.bytes);
    // Of a bomb, or when the disk fails, all up to there is taken.
    if (error && error->code() == ErrorCode::kArchiveInvalid) return *error;
    return ContentOf(line);
  }

  Result<MeteredStream> ContentOf(const ZipEntry& line) {
    if ((line.flags & kEncryptedFlag) != 0) {
      return MakeError(ErrorCode::kUnsupported, "an encrypted zip member can't be read");
    }
    HEALIX_TRY(const std::uint64_t offset, FindZipContent(*bytes_, line));
    MeteredStream content{Stream({bytes_, offset, line.packed_bytes}), meter_};
    switch (static_cast<Method>(line.method)) {
      case Method::kStored:
        break;
      case Method::kDeflate:
        content = UnpackDeflate(std::move(content), limits_);
        break;
      case Method::kZstd:
        content = UnpackZstd(std::move(content), limits_);
        break;
      default:
        return MakeError(ErrorCode::kUnsupported, "zip compression method {} can't be read",
                         line.method);
    }
    content.bytes = CheckContent(std::move(content.bytes), line.size_bytes, line.crc32);
    return content;
  }

  std::shared_ptr<RandomBytes> bytes_;
  std::shared_ptr<const ExpansionMeter> meter_;
  const ArchiveLimits limits_;
  std::vector<ZipEntry> entries_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Container>> ReadZip(std::shared_ptr<RandomBytes> bytes,
                                           std::shared_ptr<const ExpansionMeter> meter,
                                           const ArchiveLimits& limits) {
  auto zip = std::make_unique<ZipContainer>(std::move(bytes), std::move(meter), limits);
  HEALIX_RETURN_IF_ERROR(zip->Open());
  return std::unique_ptr<Container>(std::move(zip));
}

}  // namespace healix::formats::archive
