// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>
#include <limits>

#include "formats/avro/binary_internal.h"

namespace healix::formats::avro {
namespace {

constexpr int kVarintBytesMax = 10;

template <typename Number, typename Bits>
Number FromLittleEndian(std::string_view bytes) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    bits |= static_cast<Bits>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return std::bit_cast<Number>(bits);
}

}  // namespace

Error BinaryReader::Invalid(const char* reason) const {
  const std::uint64_t offset = file_offset_ + (origin_ == Origin::kPlain ? at_ : 0);
  return MakeError(ErrorCode::kAvroInvalid, "{}", SafeReason(reason))
      .At(Position{.file = {}, .byte_offset = offset, .line = {}});
}

Result<std::int64_t> BinaryReader::ReadLong() {
  std::uint64_t bits = 0;
  for (int i = 0; i < kVarintBytesMax; ++i) {
    if (AtEnd()) return Invalid("the data ends inside a number");
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    // Bits over the 64th are dropped, as in Avro's own library: there are files that have them.
    bits |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) {
      return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
    }
  }
  return Invalid("a number has more than 64 bits");
}

Result<std::string_view> BinaryReader::ReadRaw(std::uint64_t size_bytes) {
  if (size_bytes > bytes_.size() - at_) return Invalid("the data ends inside a value");
  const std::string_view raw = bytes_.substr(at_, size_bytes);
  at_ += size_bytes;
  return raw;
}

Result<Datum> BinaryReader::ReadDatum(const Schema& schema, NodeIndex type, const Limits& limits) {
  object_values_ = 0;
  return Read(Context{schema, limits}, type, 0);
}

Status BinaryReader::Count(const Context& context, std::size_t began_at) {
  if (++object_values_ > context.limits.object_values) {
    return MakeError(ErrorCode::kLimitExceeded, "an Avro object holds over {} values",
                     context.limits.object_values);
  }
  if (at_ != began_at || ++empty_values_ <= context.limits.empty_values) return {};
  return MakeError(ErrorCode::kLimitExceeded, "an Avro block holds over {} values without bytes",
                   context.limits.empty_values);
}

Result<Datum> BinaryReader::Read(const Context& context, NodeIndex type, int depth) {
  if (depth > context.limits.depth) {
    return MakeError(ErrorCode::kLimitExceeded, "an Avro value is nested over {} levels",
                     context.limits.depth);
  }
  const std::size_t began_at = at_;
  const Node& node = context.schema.node(type);
  HEALIX_TRY(Datum datum, [&]() -> Result<Datum> {
    switch (node.kind) {
      case Kind::kRecord:
        return ReadRecord(context, node, depth);
      case Kind::kUnion:
        return ReadUnion(context, node, depth);
      case Kind::kArray:
        return ReadArray(context, node, depth);
      case Kind::kMap:
        return ReadMap(context, node, depth);
      default:
        return ReadPrimitive(context, node);
    }
  }());
  HEALIX_RETURN_IF_ERROR(Count(context, began_at));
  return datum;
}

Result<Datum> BinaryReader::ReadRecord(const Context& context, const Node& node, int depth) {
  Record record;
  record.fields.reserve(node.fields.size());
  for (const Field& field : node.fields) {
    HEALIX_TRY(Datum value, Read(context, field.type, depth + 1));
    record.fields.push_back(std::move(value));
  }
  return Datum(std::move(record));
}

Result<Datum> BinaryReader::ReadUnion(const Context& context, const Node& node, int depth) {
  HEALIX_TRY(const std::int64_t branch, ReadLong());
  if (branch < 0 || static_cast<std::uint64_t>(branch) >= node.children.size()) {
    return Invalid("a union has no such branch");
  }
  HEALIX_TRY(Datum datum,
             Read(context, node.children[static_cast<std::size_t>(branch)], depth + 1));
  datum.branch = static_cast<std::int32_t>(branch);
  return datum;
}

// A negative count is followed by the size of the block in bytes, which we don't need.
Result<std::uint64_t> BinaryReader::ReadBlockCount() {
  HEALIX_TRY(const std::int64_t count, ReadLong());
  if (count >= 0) return static_cast<std::uint64_t>(count);
  if (count == std::numeric_limits<std::int64_t>::min()) return Invalid("a count is out of range");
  HEALIX_TRY([[maybe_unused]] const std::int64_t size_bytes, ReadLong());
  return static_cast<std::uint64_t>(-count);
}

Result<Datum> BinaryReader::ReadArray(const Context& context, const Node& node, int depth) {
  Array array;
  while (true) {
    HEALIX_TRY(const std::uint64_t count, ReadBlockCount());
    if (count == 0) return Datum(std::move(array));
    for (std::uint64_t i = 0; i < count; ++i) {
      HEALIX_TRY(Datum item, Read(context, node.children[0], depth + 1));
      array.items.push_back(std::move(item));
    }
  }
}

Result<Datum> BinaryReader::ReadMap(const Context& context, const Node& node, int depth) {
  Map map;
  while (true) {
    HEALIX_TRY(const std::uint64_t count, ReadBlockCount());
    if (count == 0) return Datum(std::move(map));
    for (std::uint64_t i = 0; i < count; ++i) {
      HEALIX_TRY(std::string key, ReadString(context));
      HEALIX_TRY(Datum value, Read(context, node.children[0], depth + 1));
      map.entries.push_back({std::move(key), std::move(value)});
    }
  }
}

Result<std::string> BinaryReader::ReadString(const Context& context) {
  HEALIX_TRY(const std::int64_t size, ReadLong());
  if (size < 0) return Invalid("a length is negative");
  if (static_cast<std::uint64_t>(size) > context.limits.string_bytes) {
    return MakeError(ErrorCode::kLimitExceeded, "an Avro string has {} bytes, at most {} are read",
                     size, context.limits.string_bytes);
  }
  HEALIX_TRY(const std::string_view raw, ReadRaw(static_cast<std::uint64_t>(size)));
  return std::string(raw);
}

Result<Datum> BinaryReader::ReadPrimitive(const Context& context, const Node& node) {
  switch (node.kind) {
    case Kind::kNull:
      return Datum();
    case Kind::kBoolean: {
      HEALIX_TRY(const std::string_view raw, ReadRaw(1));
      if (raw[0] != 0 && raw[0] != 1) return Invalid("a boolean is neither 0 nor 1");
      return Datum(raw[0] == 1);
    }
    case Kind::kInt:
    case Kind::kEnum: {
      HEALIX_TRY(const std::int64_t number, ReadLong());
      const auto narrow = static_cast<std::int32_t>(number);
      if (narrow != number) return Invalid("an int has more than 32 bits");
      if (node.kind == Kind::kInt) return Datum(narrow);
      if (narrow < 0 || static_cast<std::size_t>(narrow) >= node.symbols.size()) {
        return Invalid("an enum has no such symbol");
      }
      return Datum(EnumSymbol{static_cast<std::uint32_t>(narrow)});
    }
    case Kind::kLong: {
      HEALIX_TRY(const std::int64_t number, ReadLong());
      return Datum(number);
    }
    case Kind::kFloat: {
      HEALIX_TRY(const std::string_view raw, ReadRaw(4));
      return Datum(FromLittleEndian<float, std::uint32_t>(raw));
    }
    case Kind::kDouble: {
      HEALIX_TRY(const std::string_view raw, ReadRaw(8));
      return Datum(FromLittleEndian<double, std::uint64_t>(raw));
    }
    case Kind::kFixed: {
      HEALIX_TRY(const std::string_view raw, ReadRaw(node.size_bytes));
      return Datum(std::string(raw));
    }
    default: {
      HEALIX_TRY(std::string text, ReadString(context));
      return Datum(std::move(text));
    }
  }
}

}  // namespace healix::formats::avro
