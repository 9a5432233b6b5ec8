// SPDX-License-Identifier: Apache-2.0
// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
#include <algorithm>
#include <optional>
#include <string_view>

#include "formats/archive/zip_directory_internal.h"

namespace healix::formats::archive {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCommentBytesMax = 65'535;
constexpr std::uint64_t kDirectoryBytesMax = std::uint64_t{1} << 28;
constexpr std::uint32_t kAll32 = 0xFFFFFFFF;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint8_t kMadeOnUnix = 3;

/// Reads little-endian numbers at places that the caller knows to be there.
class LittleEndian final {
 public:
  explicit LittleEndian(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint16_t U16(std::size_t at) const { return static_cast<std::uint16_t>(Number(at, 2)); }
  std::uint32_t U32(std::size_t at) const { return static_cast<std::uint32_t>(Number(at, 4)); }
  std::uint64_t U64(std::size_t at) const { return Number(at, 8); }

 private:
  std::uint64_t Number(std::size_t at, std::size_t size) const {
    HEALIX_CHECK(at + size <= bytes_.size(), "fields are read where they are");
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at + i]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
};

/// Where the central directory lies.
struct DirectoryPlace {
  std::uint64_t entries = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t offset = 0;
};

template <std::size_t N>
Error Damaged(const char (&what)[N], std::uint64_t offset) {
  return MakeError(ErrorCode::kArchiveInvalid, "the zip file {}, at its byte {}", what, offset);
}

Result<std::vector<std::byte>> ReadRange(RandomBytes& bytes, std::uint64_t offset,
                                         std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) {
    return Damaged("names bytes outside of it", offset);
  }
  std::vector<std::byte> range(size);
  HEALIX_RETURN_IF_ERROR(bytes.ReadExactly(offset, range));
  return range;
}

/// Finds the end record: the last one whose comment reaches exactly to the end of the file.
Result<std::uint64_t> FindEndRecord(RandomBytes& bytes) {
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(bytes.size(), kEndBytes + kCommentBytesMax);
  const std::uint64_t tail_offset = bytes.size() - tail_bytes;
  HEALIX_TRY(const auto tail, ReadRange(bytes, tail_offset, tail_bytes));
  const LittleEndian fields(tail);
  for (std::size_t at = tail.size(); at-- > 0;) {
    if (at + kEndBytes > tail.size() || fields.U32(at) != kEndSignature) continue;
    if (at + kEndBytes + fields.U16(at + 20) == tail.size()) return tail_offset + at;
  }
  return Damaged("is cut off: it has no directory", bytes.size());
}

/// Reads the zip64 end record that the locator before the end record points to.
Result<DirectoryPlace> ReadEnd64(RandomBytes& bytes, std::uint64_t end_offset) {
  if (end_offset < kLocator64Bytes) return Damaged("lacks its zip64 locator", end_offset);
  const std::uint64_t locator_offset = end_offset - kLocator64Bytes;
  HEALIX_TRY(const auto locator, ReadRange(bytes, locator_offset, kLocator64Bytes));
  if (LittleEndian(locator).U32(0) != kLocator64Signature) {
    return Damaged("lacks its zip64 locator", locator_offset);
  }
  const std::uint64_t offset = LittleEndian(locator).U64(8);
  HEALIX_TRY(const auto end, ReadRange(bytes, offset, kEnd64Bytes));
  const LittleEndian fields(end);
  if (fields.U32(0) != kEnd64Signature) return Damaged("lacks its zip64 end record", offset);
  return DirectoryPlace{fields.U64(32), fields.U64(40), fields.U64(48)};
}

Result<DirectoryPlace> FindDirectory(RandomBytes& bytes) {
  HEALIX_TRY(const std::uint64_t end_offset, FindEndRecord(bytes));
  HEALIX_TRY(const auto end, ReadRange(bytes, end_offset, kEndBytes));
  const LittleEndian fields(end);
  if (fields.U16(4) != 0 && fields.U16(4) != 0xFFFF) {
    return MakeError(ErrorCode::kUnsupported, "a zip file over several disks can't be read");
  }
  const DirectoryPlace place{fields.U16(10), fields.U32(12), fields.U32(16)};
  const bool is_zip64 =
      place.entries == 0xFFFF || place.size_bytes == kAll32 || place.offset == kAll32;
  if (!is_zip64) return place;
  auto place64 = ReadEnd64(bytes, end_offset);
  // 65,535 members are also possible without zip64.
  if (!place64 && place.size_bytes != kAll32 && place.offset != kAll32) return place;
  return place64;
}

/// Takes the 64-bit values of the extra field for those that are all ones, in their fixed order.
/// Returns false when one is missing.
bool ApplyZip64Extra(std::span<const std::byte> extra, ZipEntry& entry) {
  std::uint64_t* const wide[] = {&entry.size_bytes, &entry.packed_bytes, &entry.header_offset};
  const auto is_wide = [](const std::uint64_t* value) { return *value == kAll32; };
  if (std::none_of(std::begin(wide), std::end(wide), is_wide)) return true;
  const LittleEndian fields(extra);
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::size_t size = fields.U16(at + 2);
    const std::size_t end = at + 4 + size;
    if (end > extra.size()) return false;
    if (fields.U16(at) == kZip64Extra) {
      std::size_t value_at = at + 4;
      for (std::uint64_t* value : wide) {
        if (!is_wide(value)) continue;
        if (value_at + 8 > end) return false;
        *value = fields.U64(value_at);
        value_at += 8;
      }
      return true;
    }
    at = end;
  }
  return false;
}

/// Reads one line of the directory and moves `at` behind it.
Result<ZipEntry> ReadLine(std::span<const std::byte> directory, std::size_t& at) {
  const LittleEndian fields(directory);
  if (at + kCentralBytes > directory.size() || fields.U32(at) != kCentralSignature) {
    return Damaged("has a damaged directory", at);
  }
  ZipEntry entry;
  entry.flags = fields.U16(at + 8);
  entry.method = fields.U16(at + 10);
  entry.crc32 = fields.U32(at + 16);
  entry.packed_bytes = fields.U32(at + 20);
  entry.size_bytes = fields.U32(at + 24);
  entry.header_offset = fields.U32(at + 42);
  const std::uint8_t system = std::to_integer<std::uint8_t>(directory[at + 5]);
  if (system == kMadeOnUnix) entry.unix_mode = fields.U16(at + 40);
  const std::size_t name_bytes = fields.U16(at + 28);
  const std::size_t extra_bytes = fields.U16(at + 30);
  const std::size_t end = at + kCentralBytes + name_bytes + extra_bytes + fields.U16(at + 32);
  if (end > directory.size()) return Damaged("has a damaged directory", at);
  const auto name = directory.subspan(at + kCentralBytes, name_bytes);
  entry.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
  if (!ApplyZip64Extra(directory.subspan(at + kCentralBytes + name_bytes, extra_bytes), entry)) {
    return Damaged("lacks a zip64 size", at);
  }
  at = end;
  return entry;
}

/// Members whose bytes overlap let a small file unpack to anything ("zip bomb without recursion",
/// Fifield 2019); no honest program writes them.
Status RefuseOverlaps(const std::vector<ZipEntry>& entries, std::uint64_t directory_offset) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::uint64_t next =
        i + 1 < entries.size() ? entries[i + 1].header_offset : directory_offset;
    const std::uint64_t begin = entries[i].header_offset;
    const std::uint64_t least_bytes = kLocalBytes + entries[i].name.size();
    if (next < begin || next - begin < least_bytes ||
        next - begin - least_bytes < entries[i].packed_bytes) {
      return MakeError(ErrorCode::kArchiveBomb, "two members of the zip file overlap at byte {}",
                       begin);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ZipEntry>> ReadZipDirectory(RandomBytes& bytes, std::uint64_t members_max) {
  HEALIX_TRY(const DirectoryPlace place, FindDirectory(bytes));
  if (place.entries > members_max || place.size_bytes > kDirectoryBytesMax) {
    return MakeError(ErrorCode::kLimitExceeded, "the zip file has {} members, at most {} are read",
                     place.entries, members_max);
  }
  HEALIX_TRY(const auto directory, ReadRange(bytes, place.offset, place.size_bytes));
  if (place.entries > directory.size() / kCentralBytes) {
    return Damaged("has fewer members than it says", place.offset);
  }
  std::vector<ZipEntry> entries;
  entries.reserve(place.entries);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < place.entries; ++i) {
    HEALIX_TRY(ZipEntry entry, ReadLine(directory, at));
    if (entry.header_offset >= place.offset) {
      return Damaged("has a member behind its directory", entry.header_offset);
    }
    entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const ZipEntry& a, const ZipEntry& b) {
    return a.header_offset < b.header_offset;
  });
  HEALIX_RETURN_IF_ERROR(RefuseOverlaps(entries, place.offset));
  return entries;
}

Result<std::uint64_t> FindZipContent(RandomBytes& bytes, const ZipEntry& entry) {
  HEALIX_TRY(const auto header, ReadRange(bytes, entry.header_offset, kLocalBytes));
  const LittleEndian fields(header);
  const std::uint64_t name_offset = entry.header_offset + kLocalBytes;
  if (fields.U32(0) != kLocalSignature || fields.U16(26) != entry.name.size()) {
    return Damaged("has no header for a member", entry.header_offset);
  }
  HEALIX_TRY(const auto name, ReadRange(bytes, name_offset, entry.name.size()));
  if (!std::equal(name.begin(), name.end(), std::as_bytes(std::span(entry.name)).begin())) {
    return Damaged("has two names for a member", entry.header_offset);
  }
  const std::uint64_t offset = name_offset + entry.name.size() + fields.U16(28);
  if (offset > bytes.size() || entry.packed_bytes > bytes.size() - offset) {
    return Damaged("names bytes outside of it", offset);
  }
  return offset;
}

}  // namespace healix::formats::archive
