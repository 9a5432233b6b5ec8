// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <concepts>

#include "formats/avro/binary_internal.h"

namespace healix::formats::avro {
namespace {

Error DoesNotFit(Kind kind) {
  return MakeError(ErrorCode::kInvalidArgument, "a value does not fit the Avro type {}",
                   SafeName(KindName(kind)));
}

template <std::unsigned_integral Bits>
void AppendLittleEndian(std::string& out, Bits bits) {
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    out.push_back(static_cast<char>((bits >> (8 * i)) & 0xFF));
  }
}

/// Tells whether a datum could be of a type, looking at the top only.
bool MayBe(const Node& node, const Datum& datum) {
  const Datum::Variant& value = datum.value;
  switch (node.kind) {
    case Kind::kNull:
      return datum.IsNull();
    case Kind::kBoolean:
      return std::holds_alternative<bool>(value);
    case Kind::kInt:
      return std::holds_alternative<std::int32_t>(value);
    case Kind::kLong:
      return datum.AsLong().has_value();
    case Kind::kFloat:
      return std::holds_alternative<float>(value);
    case Kind::kDouble:
      return std::holds_alternative<double>(value);
    case Kind::kBytes:
    case Kind::kString:
      return datum.AsText() != nullptr;
    case Kind::kFixed:
      return datum.AsText() && datum.AsText()->size() == node.size_bytes;
    case Kind::kEnum: {
      const auto* symbol = std::get_if<EnumSymbol>(&value);
      return symbol != nullptr && symbol->index < node.symbols.size();
    }
    case Kind::kRecord:
      return datum.AsRecord() && datum.AsRecord()->fields.size() == node.fields.size();
    case Kind::kArray:
      return datum.AsArray() != nullptr;
    case Kind::kMap:
      return datum.AsMap() != nullptr;
    case Kind::kUnion:
      return false;
  }
  return false;
}

Status AppendUnion(const Schema& schema, const Node& node, const Datum& datum, std::string& out) {
  std::size_t branch = 0;
  if (datum.branch != Datum::kNoBranch) {
    branch = static_cast<std::size_t>(datum.branch);
  } else {
    while (branch < node.children.size() && !MayBe(schema.node(node.children[branch]), datum)) {
      ++branch;
    }
  }
  if (branch >= node.children.size()) return DoesNotFit(Kind::kUnion);
  AppendLong(out, static_cast<std::int64_t>(branch));
  return AppendDatum(schema, node.children[branch], datum, out);
}

Status AppendItems(const Schema& schema, const Node& node, const Datum& datum, std::string& out) {
  if (const Array* array = datum.AsArray()) {
    if (!array->items.empty()) AppendLong(out, static_cast<std::int64_t>(array->items.size()));
    for (const Datum& item : array->items) {
      HEALIX_RETURN_IF_ERROR(AppendDatum(schema, node.children[0], item, out));
    }
  }
  if (const Map* map = datum.AsMap()) {
    if (!map->entries.empty()) AppendLong(out, static_cast<std::int64_t>(map->entries.size()));
    for (const MapEntry& entry : map->entries) {
      AppendBytes(out, entry.key);
      HEALIX_RETURN_IF_ERROR(AppendDatum(schema, node.children[0], entry.value, out));
    }
  }
  AppendLong(out, 0);
  return {};
}

void AppendPrimitive(const Node& node, const Datum& datum, std::string& out) {
  switch (node.kind) {
    case Kind::kBoolean:
      out.push_back(*datum.AsBoolean() ? 1 : 0);
      break;
    case Kind::kInt:
    case Kind::kLong:
      AppendLong(out, *datum.AsLong());
      break;
    case Kind::kEnum:
      AppendLong(out, std::get<EnumSymbol>(datum.value).index);
      break;
    case Kind::kFloat:
      AppendLittleEndian(out, std::bit_cast<std::uint32_t>(std::get<float>(datum.value)));
      break;
    case Kind::kDouble:
      AppendLittleEndian(out, std::bit_cast<std::uint64_t>(std::get<double>(datum.value)));
      break;
    case Kind::kFixed:
      out += *datum.AsText();
      break;
    case Kind::kBytes:
    case Kind::kString:
      AppendBytes(out, *datum.AsText());
      break;
    default:
      break;  // null has no bytes
  }
}

}  // namespace

void AppendLong(std::string& out, std::int64_t value) {
  std::uint64_t bits =
      (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  while (bits > 0x7F) {
    out.push_back(static_cast<char>((bits & 0x7F) | 0x80));
    bits >>= 7;
  }
  out.push_back(static_cast<char>(bits));
}

void AppendBytes(std::string& out, std::string_view bytes) {
  AppendLong(out, static_cast<std::int64_t>(bytes.size()));
  out += bytes;
}

Status AppendDatum(const Schema& schema, NodeIndex type, const Datum& datum, std::string& out) {
  const Node& node = schema.node(type);
  if (node.kind == Kind::kUnion) return AppendUnion(schema, node, datum, out);
  if (!MayBe(node, datum)) return DoesNotFit(node.kind);
  if (node.kind == Kind::kArray || node.kind == Kind::kMap) {
    return AppendItems(schema, node, datum, out);
  }
  if (const Record* record = datum.AsRecord()) {
    for (std::size_t i = 0; i < node.fields.size(); ++i) {
      HEALIX_RETURN_IF_ERROR(AppendDatum(schema, node.fields[i].type, record->fields[i], out));
    }
    return {};
  }
  AppendPrimitive(node, datum, out);
  return {};
}

}  // namespace healix::formats::avro
