// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <span>
#include <vector>

#include "lakehouse/engine/parquet_footer_internal.h"

namespace healix::lakehouse::engine {
namespace {

// Thrift's compact protocol: https://github.com/apache/thrift/blob/master/doc/specs
enum class WireType : std::uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

// Parquet's FileMetaData and SchemaElement.
constexpr int kSchemaField = 2;
constexpr int kTypeField = 1;
constexpr int kConvertedTypeField = 6;
constexpr std::int64_t kInt32Type = 1;
constexpr std::int64_t kInt32Mark = 17;

constexpr int kNestingMax = 8;

/// One field of a struct; `value` are its bytes.
struct ThriftField {
  int id = 0;
  WireType type = WireType::kStop;
  std::string_view value;
};

Error NoFooter() { return MakeError(ErrorCode::kParquetInvalid, "a footer can't be understood"); }

class ThriftCursor final {
 public:
  explicit ThriftCursor(std::string_view bytes) : bytes_(bytes) {}

  std::size_t at() const { return at_; }

  Result<std::uint64_t> Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      HEALIX_TRY(const std::uint8_t byte, Byte());
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return NoFooter();
  }

  Result<std::int64_t> Integer() {
    HEALIX_TRY(const std::uint64_t zigzag, Varint());
    return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }

  /// Reads the head of a field and steps over its value; kStop at the end of the struct.
  Result<ThriftField> Field(int previous_id, int depth = 0) {
    HEALIX_TRY(ThriftField field, FieldHead(previous_id));
    const std::size_t begin = at_;
    HEALIX_RETURN_IF_ERROR(Skip(field.type, depth));
    field.value = bytes_.substr(begin, at_ - begin);
    return field;
  }

  /// Reads the head only: `value` is empty.
  Result<ThriftField> FieldHead(int previous_id) {
    HEALIX_TRY(const std::uint8_t head, Byte());
    ThriftField field{previous_id + (head >> 4), static_cast<WireType>(head & 0x0FU), {}};
    if (field.type != WireType::kStop && head >> 4 == 0) {
      HEALIX_TRY(const std::int64_t id, Integer());
      field.id = static_cast<int>(id);
    }
    return field;
  }

  /// Reads the head of a list; returns how many elements follow.
  Result<std::uint64_t> ListHead(WireType* element) {
    HEALIX_TRY(const std::uint8_t head, Byte());
    *element = static_cast<WireType>(head & 0x0FU);
    if (head >> 4 != 15) return std::uint64_t{head} >> 4;
    return Varint();
  }

  /// Steps over a value. Footers hold no maps.
  Status Skip(WireType type, int depth) {
    if (depth > kNestingMax) return NoFooter();
    switch (type) {
      case WireType::kStop:
      case WireType::kTrue:
      case WireType::kFalse:
        return {};
      case WireType::kByte:
        return SkipBytes(1);
      case WireType::kInt16:
      case WireType::kInt32:
      case WireType::kInt64: {
        const auto number = Varint();
        return number ? Status() : Status(number.error());
      }
      case WireType::kDouble:
        return SkipBytes(8);
      case WireType::kBinary: {
        HEALIX_TRY(const std::uint64_t size_bytes, Varint());
        return SkipBytes(size_bytes);
      }
      case WireType::kList:
      case WireType::kSet:
        return SkipList(depth + 1);
      case WireType::kStruct:
        return SkipStruct(depth + 1);
      case WireType::kMap:
        break;
    }
    return NoFooter();
  }

 private:
  Result<std::uint8_t> Byte() {
    if (at_ == bytes_.size()) return NoFooter();
    return static_cast<std::uint8_t>(bytes_[at_++]);
  }

  Status SkipBytes(std::uint64_t count) {
    if (count > bytes_.size() - at_) return NoFooter();
    at_ += count;
    return {};
  }

  Status SkipList(int depth) {
    WireType element = WireType::kStop;
    HEALIX_TRY(const std::uint64_t count, ListHead(&element));
    // A boolean has no byte of its own as a field, but one in a list.
    const bool is_bool = element == WireType::kTrue || element == WireType::kFalse;
    for (std::uint64_t i = 0; i < count; ++i) {
      HEALIX_RETURN_IF_ERROR(Skip(is_bool ? WireType::kByte : element, depth));
    }
    return {};
  }

  Status SkipStruct(int depth) {
    for (int id = 0;;) {
      HEALIX_TRY(const ThriftField field, Field(id, depth));
      if (field.type == WireType::kStop) return {};
      id = field.id;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

bool Holds(const ThriftField& field, int id, std::int64_t value) {
  if (field.id != id || field.type != WireType::kInt32) return false;
  const auto held = ThriftCursor(field.value).Integer();
  return held && *held == value;
}

/// Appends the next SchemaElement, without its mark if it is that of a 32-bit column.
Status AppendElement(ThriftCursor& cursor, std::string& out) {
  std::vector<ThriftField> fields;
  bool is_int32 = false;
  for (int id = 0;;) {
    HEALIX_TRY(const ThriftField field, cursor.Field(id));
    if (field.type == WireType::kStop) break;
    id = field.id;
    is_int32 = is_int32 || Holds(field, kTypeField, kInt32Type);
    fields.push_back(field);
  }
  int previous_id = 0;
  for (const ThriftField& field : fields) {
    if (is_int32 && Holds(field, kConvertedTypeField, kInt32Mark)) continue;
    const int step = field.id - previous_id;
    if (step < 1 || step > 15) return NoFooter();
    out += static_cast<char>((step << 4) | static_cast<int>(field.type));
    out += field.value;
    previous_id = field.id;
  }
  out += '\0';
  return {};
}

// A Parquet file ends with its footer, the footer's size in four bytes, and these.
constexpr std::string_view kMagic = "PAR1";
constexpr std::size_t kTailBytes = 8;

std::uint32_t LittleEndian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

std::string LittleEndian(std::uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i, number >>= 8) bytes += static_cast<char>(number & 0xFFU);
  return bytes;
}

Result<std::string> ReadBytes(base::File& file, std::uint64_t offset, std::size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  HEALIX_TRY(const std::size_t got, file.ReadAt(offset, std::as_writable_bytes(std::span(bytes))));
  if (got != size_bytes) return NoFooter();
  return bytes;
}

}  // namespace

Result<std::string> WithoutInt32Marks(std::string_view footer) {
  ThriftCursor cursor(footer);
  for (int id = 0; id != kSchemaField;) {
    HEALIX_TRY(const ThriftField field, cursor.FieldHead(id));
    id = field.id;
    if (field.type == WireType::kStop) return NoFooter();
    if (id != kSchemaField) HEALIX_RETURN_IF_ERROR(cursor.Skip(field.type, 0));
  }
  WireType element = WireType::kStop;
  HEALIX_TRY(const std::uint64_t count, cursor.ListHead(&element));
  if (element != WireType::kStruct) return NoFooter();
  std::string mended(footer.substr(0, cursor.at()));
  for (std::uint64_t i = 0; i < count; ++i) {
    HEALIX_RETURN_IF_ERROR(AppendElement(cursor, mended));
  }
  mended += footer.substr(cursor.at());
  return mended;
}

Status RemoveInt32Marks(base::File& file) {
  HEALIX_TRY(const std::uint64_t size_bytes, file.Size());
  if (size_bytes < kMagic.size() + kTailBytes) return {};
  HEALIX_TRY(const std::string tail, ReadBytes(file, size_bytes - kTailBytes, kTailBytes));
  if (!tail.ends_with(kMagic)) return {};
  const std::uint32_t footer_bytes = LittleEndian(tail);
  if (footer_bytes > size_bytes - kMagic.size() - kTailBytes) return NoFooter();
  const std::uint64_t begin = size_bytes - kTailBytes - footer_bytes;
  HEALIX_TRY(const std::string footer, ReadBytes(file, begin, footer_bytes));
  HEALIX_TRY(std::string mended, WithoutInt32Marks(footer));
  if (mended.size() == footer.size()) return {};
  mended += LittleEndian(static_cast<std::uint32_t>(mended.size()));
  mended += kMagic;
  HEALIX_RETURN_IF_ERROR(file.WriteAt(begin, std::as_bytes(std::span(mended))));
  return file.Truncate(begin + mended.size());
}

}  // namespace healix::lakehouse::engine
