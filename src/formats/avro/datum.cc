// SPDX-License-Identifier: Apache-2.0
#include "formats/avro/datum.h"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace healix::formats::avro {
namespace {

bool Same(const std::vector<MapEntry>& left, const std::vector<MapEntry>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const MapEntry& a, const MapEntry& b) { return a.key == b.key && a.value == b.value; });
}

template <typename T>
bool SameContent(const T& left, const T& right) {
  if constexpr (std::is_same_v<T, Record>)
    return left.fields == right.fields;
  else if constexpr (std::is_same_v<T, Array>)
    return left.items == right.items;
  else if constexpr (std::is_same_v<T, Map>)
    return Same(left.entries, right.entries);
  else if constexpr (std::is_same_v<T, EnumSymbol>)
    return left.index == right.index;
  else if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
  else
    return left == right;
}

}  // namespace

std::optional<std::int64_t> Datum::AsLong() const {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::int32_t>(&value)) return *number;
  return std::nullopt;
}

std::optional<double> Datum::AsDouble() const {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<float>(&value)) return *number;
  return std::nullopt;
}

std::optional<bool> Datum::AsBoolean() const {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  return std::nullopt;
}

bool Datum::operator==(const Datum& other) const {
  if (value.index() != other.value.index()) return false;
  return std::visit(
      [&other](const auto& left) {
        return SameContent(left, std::get<std::remove_cvref_t<decltype(left)>>(other.value));
      },
      value);
}

}  // namespace healix::formats::avro
