// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/iceberg/deletion_vector.h"

#include <zlib.h>

#include <bit>

#include "lakehouse/iceberg/byte_cursor_internal.h"

namespace healix::lakehouse::iceberg {
namespace {

constexpr std::string_view kMagic{"\xD1\xD3\x39\x64", 4};
constexpr std::size_t kChecksumBytes = 4;
constexpr std::uint32_t kCookieWithRuns = 12347;
constexpr std::uint32_t kCookieWithoutRuns = 12346;
constexpr std::uint32_t kContainersMax = 65536;
constexpr std::uint32_t kOffsetsFrom = 4;  ///< with runs, offsets are there from 4 containers up
constexpr std::uint32_t kArrayMax = 4096;
constexpr std::size_t kBitmapBytes = 8192;
constexpr std::uint32_t kKeyMax = 0x7FFFFFFF;

Error Invalid(const char* reason) {
  return MakeError(ErrorCode::kMetadataInvalid, "a deletion vector is wrong: {}",
                   SafeReason(reason));
}

std::uint32_t BigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

/// Reads the containers of 32-bit bitmaps and appends their positions, which must ascend.
class BitmapReader final {
 public:
  explicit BitmapReader(ByteCursor& cursor) : cursor_(cursor) {}

  Status ReadBitmap(std::uint64_t high, std::vector<std::uint64_t>& positions) {
    HEALIX_TRY(const std::uint32_t cookie, cursor_.Number<std::uint32_t>());
    std::uint32_t count = 0;
    std::string_view run_flags;
    if ((cookie & 0xFFFF) == kCookieWithRuns) {
      count = (cookie >> 16) + 1;
      HEALIX_TRY(run_flags, cursor_.Take((count + 7) / 8));
    } else if (cookie == kCookieWithoutRuns) {
      HEALIX_TRY(count, cursor_.Number<std::uint32_t>());
    } else {
      return Invalid("a bitmap has an unknown cookie");
    }
    if (count > kContainersMax) return Invalid("a bitmap has too many containers");
    HEALIX_TRY(const std::string_view headers, cursor_.Take(std::size_t{count} * 4));
    if (run_flags.empty() || count >= kOffsetsFrom) {
      HEALIX_TRY([[maybe_unused]] const std::string_view offsets,
                 cursor_.Take(std::size_t{count} * 4));
    }
    ByteCursor header(headers);
    for (std::uint32_t i = 0; i < count; ++i) {
      Container container;
      HEALIX_TRY(const std::uint16_t key, header.Number<std::uint16_t>());
      HEALIX_TRY(const std::uint16_t size, header.Number<std::uint16_t>());
      container.base = high << 32 | std::uint64_t{key} << 16;
      container.cardinality = std::uint32_t{size} + 1;
      container.is_run = !run_flags.empty() && (run_flags[i / 8] >> (i % 8) & 1) != 0;
      HEALIX_RETURN_IF_ERROR(ReadContainer(container, positions));
    }
    return {};
  }

 private:
  struct Container {
    std::uint64_t base = 0;
    std::uint32_t cardinality = 0;
    bool is_run = false;
  };

  static Status Append(std::uint64_t position, std::vector<std::uint64_t>& positions) {
    if (!positions.empty() && position <= positions.back()) {
      return Invalid("its positions do not ascend");
    }
    if (positions.size() >= kDeletedPositionsMax) {
      return MakeError(ErrorCode::kLimitExceeded, "a deletion vector has over {} positions",
                       kDeletedPositionsMax);
    }
    positions.push_back(position);
    return {};
  }

  Status ReadContainer(const Container& container, std::vector<std::uint64_t>& positions) {
    const std::size_t before = positions.size();
    if (container.is_run) {
      HEALIX_RETURN_IF_ERROR(ReadRuns(container, positions));
    } else if (container.cardinality <= kArrayMax) {
      HEALIX_RETURN_IF_ERROR(ReadArray(container, positions));
    } else {
      HEALIX_RETURN_IF_ERROR(ReadBits(container, positions));
    }
    if (positions.size() - before == container.cardinality) return {};
    return Invalid("a container holds another number of positions than it says");
  }

  Status ReadArray(const Container& container, std::vector<std::uint64_t>& positions) {
    for (std::uint32_t i = 0; i < container.cardinality; ++i) {
      HEALIX_TRY(const std::uint16_t low, cursor_.Number<std::uint16_t>());
      HEALIX_RETURN_IF_ERROR(Append(container.base | low, positions));
    }
    return {};
  }

  Status ReadBits(const Container& container, std::vector<std::uint64_t>& positions) {
    HEALIX_TRY(const std::string_view bits, cursor_.Take(kBitmapBytes));
    ByteCursor words(bits);
    for (std::uint64_t start = 0; start < kBitmapBytes * 8; start += 64) {
      HEALIX_TRY(std::uint64_t word, words.Number<std::uint64_t>());
      for (; word != 0; word &= word - 1) {
        const auto bit = static_cast<std::uint64_t>(std::countr_zero(word));
        HEALIX_RETURN_IF_ERROR(Append(container.base | (start + bit), positions));
      }
    }
    return {};
  }

  Status ReadRuns(const Container& container, std::vector<std::uint64_t>& positions) {
    HEALIX_TRY(const std::uint16_t runs, cursor_.Number<std::uint16_t>());
    for (std::uint32_t i = 0; i < runs; ++i) {
      HEALIX_TRY(const std::uint16_t start, cursor_.Number<std::uint16_t>());
      HEALIX_TRY(const std::uint16_t more, cursor_.Number<std::uint16_t>());
      if (std::uint32_t{start} + more > 0xFFFF) return Invalid("a run leaves its container");
      for (std::uint32_t low = start; low <= std::uint32_t{start} + more; ++low) {
        HEALIX_RETURN_IF_ERROR(Append(container.base | low, positions));
      }
    }
    return {};
  }

  ByteCursor& cursor_;
};

}  // namespace

Result<std::vector<std::uint64_t>> ReadRoaring64(std::string_view bytes) {
  ByteCursor cursor(bytes);
  HEALIX_TRY(const std::uint64_t count, cursor.Number<std::uint64_t>());
  std::vector<std::uint64_t> positions;
  BitmapReader reader(cursor);
  std::int64_t last_key = -1;
  for (std::uint64_t i = 0; i < count; ++i) {
    HEALIX_TRY(const std::uint32_t key, cursor.Number<std::uint32_t>());
    if (std::int64_t{key} <= last_key) return Invalid("its bitmaps do not ascend");
    if (key > kKeyMax) return Invalid("a position has more than 63 bits");
    last_key = key;
    HEALIX_RETURN_IF_ERROR(reader.ReadBitmap(key, positions));
  }
  if (!cursor.AtEnd()) return Invalid("bytes follow its end");
  return positions;
}

Result<std::vector<std::uint64_t>> ReadDeletionVector(std::string_view blob) {
  ByteCursor cursor(blob);
  HEALIX_TRY(const std::string_view size_bytes, cursor.Take(4));
  HEALIX_TRY(const std::string_view content, cursor.Take(BigEndian(size_bytes)));
  HEALIX_TRY(const std::string_view checksum, cursor.Take(kChecksumBytes));
  if (!cursor.AtEnd()) return Invalid("bytes follow its end");
  if (!content.starts_with(kMagic)) return Invalid("it does not begin as one");
  const uLong found =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  if (found != BigEndian(checksum)) return Invalid("its checksum is wrong");
  return ReadRoaring64(content.substr(kMagic.size()));
}

}  // namespace healix::lakehouse::iceberg
