// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "formats/avro/default_value_internal.h"
#include "formats/avro/json_internal.h"

namespace healix::formats::avro {
namespace {

Error DoesNotFit() {
  return MakeError(ErrorCode::kAvroInvalid, "the default of an Avro field is not of its type");
}

/// Takes characters U+0000 to U+00FF of a UTF-8 text as bytes.
Result<std::string> BytesOf(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes.push_back(text[i]);
    } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      bytes.push_back(static_cast<char>(((lead & 0x03) << 6) | (next & 0x3F)));
    } else {
      return DoesNotFit();
    }
  }
  return bytes;
}

class DefaultBuilder final {
 public:
  explicit DefaultBuilder(const Schema& schema) : schema_(schema) {}

  Result<Datum> Build(NodeIndex type, const Json& json, int depth) {
    if (depth > Schema::kSchemaDepthMax) {
      return MakeError(ErrorCode::kLimitExceeded, "a default is nested too deep");
    }
    const Node& node = schema_.node(type);
    switch (node.kind) {
      case Kind::kUnion:
        return BuildUnion(node, json, depth);
      case Kind::kRecord:
        return BuildRecord(node, json, depth);
      case Kind::kArray:
        return BuildArray(node, json, depth);
      case Kind::kMap:
        return BuildMap(node, json, depth);
      case Kind::kEnum:
        return BuildEnum(node, json);
      case Kind::kBytes:
      case Kind::kFixed:
      case Kind::kString:
        return BuildText(node, json);
      default:
        return BuildScalar(node.kind, json);
    }
  }

 private:
  Result<Datum> BuildUnion(const Node& node, const Json& json, int depth) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      Result<Datum> datum = Build(node.children[i], json, depth + 1);
      if (!datum) continue;
      datum->branch = static_cast<std::int32_t>(i);
      return datum;
    }
    return DoesNotFit();
  }

  Result<Datum> BuildRecord(const Node& node, const Json& json, int depth) {
    if (!json.is_object()) return DoesNotFit();
    Record record;
    for (const Field& field : node.fields) {
      const auto member = json.find(field.name);
      if (member == json.end() && !field.default_json) return DoesNotFit();
      HEALIX_TRY(const Json inherited,
                 member != json.end() ? Result<Json>(*member) : ParseJson(*field.default_json));
      HEALIX_TRY(Datum value, Build(field.type, inherited, depth + 1));
      record.fields.push_back(std::move(value));
    }
    return Datum(std::move(record));
  }

  Result<Datum> BuildArray(const Node& node, const Json& json, int depth) {
    if (!json.is_array()) return DoesNotFit();
    Array array;
    for (const Json& item : json) {
      HEALIX_TRY(Datum value, Build(node.children[0], item, depth + 1));
      array.items.push_back(std::move(value));
    }
    return Datum(std::move(array));
  }

  Result<Datum> BuildMap(const Node& node, const Json& json, int depth) {
    if (!json.is_object()) return DoesNotFit();
    Map map;
    for (const auto& [key, item] : json.items()) {
      HEALIX_TRY(Datum value, Build(node.children[0], item, depth + 1));
      map.entries.push_back({key, std::move(value)});
    }
    return Datum(std::move(map));
  }

  static Result<Datum> BuildEnum(const Node& node, const Json& json) {
    if (!json.is_string()) return DoesNotFit();
    const auto found = std::ranges::find(node.symbols, json.get<std::string>());
    if (found == node.symbols.end()) return DoesNotFit();
    return Datum(EnumSymbol{static_cast<std::uint32_t>(found - node.symbols.begin())});
  }

  static Result<Datum> BuildText(const Node& node, const Json& json) {
    if (!json.is_string()) return DoesNotFit();
    if (node.kind == Kind::kString) return Datum(json.get<std::string>());
    HEALIX_TRY(std::string bytes, BytesOf(json.get<std::string>()));
    if (node.kind == Kind::kFixed && bytes.size() != node.size_bytes) return DoesNotFit();
    return Datum(std::move(bytes));
  }

  static Result<Datum> BuildScalar(Kind kind, const Json& json) {
    if (kind == Kind::kNull && json.is_null()) return Datum();
    if (kind == Kind::kBoolean && json.is_boolean()) return Datum(json.get<bool>());
    if (kind == Kind::kFloat && json.is_number()) return Datum(json.get<float>());
    if (kind == Kind::kDouble && json.is_number()) return Datum(json.get<double>());
    const bool is_signed = json.is_number_integer() &&
                           !(json.is_number_unsigned() &&
                             json.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max());
    if (!is_signed) return DoesNotFit();
    const auto number = json.get<std::int64_t>();
    if (kind == Kind::kLong) return Datum(number);
    const auto narrow = static_cast<std::int32_t>(number);
    if (kind == Kind::kInt && narrow == number) return Datum(narrow);
    return DoesNotFit();
  }

  const Schema& schema_;
};

}  // namespace

Result<Datum> DefaultValue(const Schema& schema, NodeIndex type, std::string_view json) {
  HEALIX_TRY(const Json parsed, ParseJson(json));
  return DefaultBuilder(schema).Build(type, parsed, 0);
}

}  // namespace healix::formats::avro
