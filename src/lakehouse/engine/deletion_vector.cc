// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>

#include "lakehouse/engine/deletion_vector_internal.h"

namespace healix::lakehouse::engine {
namespace {

constexpr std::uint32_t kMagic = 0x6439D3D1;  // D1 D3 39 64, read little-endian
constexpr std::uint32_t kCookieWithRuns = 12347;
constexpr std::uint32_t kCookieWithoutRuns = 12346;
constexpr std::uint32_t kContainersMax = 1u << 16;
constexpr std::uint32_t kArrayContainerMax = 4096;
constexpr std::size_t kOffsetsFrom = 4;  // with runs, offsets stand only from 4 containers on

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a deletion vector is damaged: {}",
                   SafeReason(reason));
}

/// Reads little-endian numbers; after the end it reads zeros and `failed()` says so.
class Cursor final {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Take(std::size_t size) {
    if (bytes_.size() < size) {
      failed_ = true;
      return 0;
    }
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;) {
      number = number << 8 | static_cast<unsigned char>(bytes_[i]);
    }
    bytes_.remove_prefix(size);
    return number;
  }
  std::string_view Skip(std::size_t size) {
    if (bytes_.size() < size) {
      failed_ = true;
      return {};
    }
    const std::string_view skipped = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return skipped;
  }
  bool failed() const { return failed_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::uint32_t BigEndian32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char c : bytes.substr(0, 4)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// CRC-32 of IEEE 802.3, as in gzip.
std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

void MarkRuns(Cursor& cursor, std::uint64_t base, RowMarks& marks) {
  const std::uint64_t run_count = cursor.Take(2);
  for (std::uint64_t run = 0; run < run_count && !cursor.failed(); ++run) {
    const std::uint64_t start = cursor.Take(2);
    const std::uint64_t length = cursor.Take(2);
    if (cursor.failed()) return;
    for (std::uint64_t i = 0; i <= length; ++i) marks.Mark(base + start + i);
  }
}

void MarkContainer(Cursor& cursor, std::uint32_t cardinality, std::uint64_t base, RowMarks& marks) {
  if (cardinality <= kArrayContainerMax) {
    for (std::uint32_t i = 0; i < cardinality && !cursor.failed(); ++i) {
      const std::uint64_t row = cursor.Take(2);
      if (!cursor.failed()) marks.Mark(base + row);
    }
    return;
  }
  for (std::uint64_t word = 0; word < 1024 && !cursor.failed(); ++word) {
    for (std::uint64_t bits = cursor.Take(8); bits != 0; bits &= bits - 1) {
      marks.Mark(base + word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits)));
    }
  }
}

/// One entry of the descriptive header of a 32-bit bitmap.
struct Container {
  std::uint64_t key = 0;
  std::uint32_t cardinality = 0;
  bool is_runs = false;
};

// Reads one 32-bit Roaring bitmap whose rows begin at `base`.
Status MarkBitmap(Cursor& cursor, std::uint64_t base, RowMarks& marks) {
  const auto cookie = static_cast<std::uint32_t>(cursor.Take(4));
  const bool with_runs = (cookie & 0xFFFF) == kCookieWithRuns;
  if (!with_runs && cookie != kCookieWithoutRuns) return Invalid("unknown cookie");
  const std::uint64_t count = with_runs ? (cookie >> 16) + 1 : cursor.Take(4);
  if (count > kContainersMax) return Invalid("too many containers");
  const std::string_view run_flags =
      with_runs ? cursor.Skip((static_cast<std::size_t>(count) + 7) / 8) : std::string_view();
  std::vector<Container> containers(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < containers.size() && !cursor.failed(); ++i) {
    containers[i].key = cursor.Take(2);
    containers[i].cardinality = static_cast<std::uint32_t>(cursor.Take(2)) + 1;
    containers[i].is_runs = with_runs && !cursor.failed() &&
                            (static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8) & 1) != 0;
  }
  if (!with_runs || containers.size() >= kOffsetsFrom) cursor.Skip(4 * containers.size());
  for (const Container& container : containers) {
    if (cursor.failed()) break;
    const std::uint64_t start = base + (container.key << 16);
    if (container.is_runs) {
      MarkRuns(cursor, start, marks);
    } else {
      MarkContainer(cursor, container.cardinality, start, marks);
    }
  }
  if (cursor.failed()) return Invalid("it ends inside a bitmap");
  return {};
}

}  // namespace

Status MarkDeletionVector(std::string_view blob, RowMarks& marks) {
  if (blob.size() < 12) return Invalid("it is too short");
  const std::uint32_t length = BigEndian32(blob);
  if (length != blob.size() - 8 || length < 4) return Invalid("its length is wrong");
  const std::string_view body = blob.substr(4, length);
  if (BigEndian32(blob.substr(4 + length)) != Crc32(body)) return Invalid("its checksum is wrong");
  Cursor cursor(body);
  if (cursor.Take(4) != kMagic) return Invalid("its magic is wrong");
  const std::uint64_t bitmap_count = cursor.Take(8);
  for (std::uint64_t i = 0; i < bitmap_count; ++i) {
    if (cursor.failed()) return Invalid("it ends between bitmaps");
    const std::uint64_t key = cursor.Take(4);
    HEALIX_RETURN_IF_ERROR(MarkBitmap(cursor, key << 32, marks));
  }
  if (!cursor.at_end()) return Invalid("bytes follow the last bitmap");
  return {};
}

}  // namespace healix::lakehouse::engine
