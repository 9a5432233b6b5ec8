// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/resolve.h"

#include <algorithm>
#include <optional>

#include "formats/avro/default_value_internal.h"
#include "formats/avro/names_internal.h"

namespace healix::formats::avro {
namespace {

Error NoMatch(Kind written, Kind wanted) {
  return MakeError(ErrorCode::kAvroInvalid, "Avro type {} can't be read as {}",
                   SafeName(KindName(written)), SafeName(KindName(wanted)));
}

bool IsPromotion(Kind written, Kind wanted) {
  switch (wanted) {
    case Kind::kLong:
      return written == Kind::kInt;
    case Kind::kFloat:
      return written == Kind::kInt || written == Kind::kLong;
    case Kind::kDouble:
      return written == Kind::kInt || written == Kind::kLong || written == Kind::kFloat;
    case Kind::kBytes:
      return written == Kind::kString;
    case Kind::kString:
      return written == Kind::kBytes;
    default:
      return false;
  }
}

/// Named types match by their unqualified name, or by an alias of the wanted one.
bool NamesMatch(const Node& written, const Node& wanted) {
  if (SimpleName(written.name) == SimpleName(wanted.name)) return true;
  return std::ranges::any_of(wanted.aliases, [&](const std::string& alias) {
    return alias == written.name || SimpleName(alias) == SimpleName(written.name);
  });
}

bool Match(const Node& written, const Node& wanted) {
  if (written.kind != wanted.kind) return IsPromotion(written.kind, wanted.kind);
  if (written.kind == Kind::kFixed && written.size_bytes != wanted.size_bytes) return false;
  const bool is_named = !written.name.empty();
  return !is_named || NamesMatch(written, wanted);
}

class Resolver final {
 public:
  Resolver(const Schema& written, const Schema& wanted) : written_(written), wanted_(wanted) {}

  Result<Datum> Run(NodeIndex from, NodeIndex to, const Datum& datum, int depth) const {
    if (depth > kDepthMax)
      return MakeError(ErrorCode::kLimitExceeded, "a value is nested too deep");
    const Node& source = written_.node(from);
    const Node& target = wanted_.node(to);
    if (source.kind == Kind::kUnion) {
      const auto branch = static_cast<std::size_t>(datum.branch);
      if (branch >= source.children.size()) return NoMatch(source.kind, target.kind);
      return Run(source.children[branch], to, datum, depth + 1);
    }
    if (target.kind == Kind::kUnion) return IntoUnion(from, target, datum, depth);
    if (!Match(source, target)) return NoMatch(source.kind, target.kind);
    switch (target.kind) {
      case Kind::kRecord:
        return IntoRecord(source, target, datum, depth);
      case Kind::kArray:
        return IntoArray(source, target, datum, depth);
      case Kind::kMap:
        return IntoMap(source, target, datum, depth);
      case Kind::kEnum:
        return IntoEnum(source, target, datum);
      default:
        return Promote(target.kind, datum);
    }
  }

 private:
  static constexpr int kDepthMax = 256;

  Result<Datum> IntoUnion(NodeIndex from, const Node& target, const Datum& datum, int depth) const {
    for (std::size_t i = 0; i < target.children.size(); ++i) {
      if (!Match(written_.node(from), wanted_.node(target.children[i]))) continue;
      HEALIX_TRY(Datum resolved, Run(from, target.children[i], datum, depth + 1));
      resolved.branch = static_cast<std::int32_t>(i);
      return resolved;
    }
    return NoMatch(written_.node(from).kind, Kind::kUnion);
  }

  static std::optional<std::size_t> FindWritten(const Node& source, const Field& wanted) {
    const auto has_name = [&](const std::string& name) {
      return std::ranges::find(source.fields, name, &Field::name);
    };
    auto found = has_name(wanted.name);
    for (const std::string& alias : wanted.aliases) {
      if (found == source.fields.end()) found = has_name(alias);
    }
    if (found == source.fields.end()) return std::nullopt;
    return static_cast<std::size_t>(found - source.fields.begin());
  }

  Result<Datum> IntoRecord(const Node& source, const Node& target, const Datum& datum,
                           int depth) const {
    Record record;
    record.fields.reserve(target.fields.size());
    for (const Field& field : target.fields) {
      const std::optional<std::size_t> index = FindWritten(source, field);
      if (!index && !field.default_json) {
        return MakeError(ErrorCode::kAvroInvalid, "the Avro file lacks the field {}",
                         SafeName(field.name));
      }
      HEALIX_TRY(Datum value, index ? Run(source.fields[*index].type, field.type,
                                          datum.AsRecord()->fields[*index], depth + 1)
                                    : DefaultValue(wanted_, field.type, *field.default_json));
      record.fields.push_back(std::move(value));
    }
    return Datum(std::move(record));
  }

  Result<Datum> IntoArray(const Node& source, const Node& target, const Datum& datum,
                          int depth) const {
    Array array;
    for (const Datum& item : datum.AsArray()->items) {
      HEALIX_TRY(Datum value, Run(source.children[0], target.children[0], item, depth + 1));
      array.items.push_back(std::move(value));
    }
    return Datum(std::move(array));
  }

  Result<Datum> IntoMap(const Node& source, const Node& target, const Datum& datum,
                        int depth) const {
    Map map;
    for (const MapEntry& entry : datum.AsMap()->entries) {
      HEALIX_TRY(Datum value, Run(source.children[0], target.children[0], entry.value, depth + 1));
      map.entries.push_back({entry.key, std::move(value)});
    }
    return Datum(std::move(map));
  }

  static Result<Datum> IntoEnum(const Node& source, const Node& target, const Datum& datum) {
    const std::string& symbol = source.symbols[std::get<EnumSymbol>(datum.value).index];
    auto found = std::ranges::find(target.symbols, symbol);
    if (found == target.symbols.end() && target.default_symbol) {
      found = std::ranges::find(target.symbols, *target.default_symbol);
    }
    if (found == target.symbols.end()) {
      return MakeError(ErrorCode::kAvroInvalid, "an enum symbol is not known to the reader");
    }
    return Datum(EnumSymbol{static_cast<std::uint32_t>(found - target.symbols.begin())});
  }

  static Result<Datum> Promote(Kind target, const Datum& datum) {
    Datum promoted = datum;
    promoted.branch = Datum::kNoBranch;
    const std::optional<std::int64_t> whole = datum.AsLong();
    if (target == Kind::kLong) promoted.value = *whole;
    if (target == Kind::kFloat && whole) promoted.value = static_cast<float>(*whole);
    if (target == Kind::kDouble) {
      promoted.value = whole ? static_cast<double>(*whole) : *datum.AsDouble();
    }
    return promoted;
  }

  const Schema& written_;
  const Schema& wanted_;
};

}  // namespace

Result<Datum> Resolve(const Schema& written, const Schema& wanted, const Datum& datum) {
  return Resolver(written, wanted).Run(written.root(), wanted.root(), datum, 0);
}

}  // namespace healix::formats::avro
