// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds one Avro value.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healix::formats::avro {

struct Datum;
struct MapEntry;

struct Record {
  std::vector<Datum> fields;  ///< in the order of the schema
};
struct Array {
  std::vector<Datum> items;
};
struct Map {
  std::vector<MapEntry> entries;
};
struct EnumSymbol {
  std::uint32_t index = 0;
};

/// A value of some schema. Bytes, text and fixed all are std::string.
/// A value of a union is the value of its branch, with the branch noted; a writer that leaves
/// `branch` unset gets the first branch that fits.
/// PHI      may hold anything; never goes into a message.
struct Datum {
  using Variant = std::variant<std::monostate, bool, std::int32_t, std::int64_t, float, double,
                               std::string, EnumSymbol, Record, Array, Map>;
  static constexpr std::int32_t kNoBranch = -1;

  Datum() = default;
  template <typename T>
    requires(std::is_constructible_v<Variant, T &&> &&
             !std::is_same_v<std::remove_cvref_t<T>, Datum>)
  Datum(T&& content) : value(std::forward<T>(content)) {}

  Variant value;
  std::int32_t branch = kNoBranch;

  bool IsNull() const { return std::holds_alternative<std::monostate>(value); }
  /// These return nothing when the value is of another kind; int counts as long, float as double.
  std::optional<std::int64_t> AsLong() const;
  std::optional<double> AsDouble() const;
  std::optional<bool> AsBoolean() const;
  const std::string* AsText() const { return std::get_if<std::string>(&value); }
  const Record* AsRecord() const { return std::get_if<Record>(&value); }
  const Array* AsArray() const { return std::get_if<Array>(&value); }
  const Map* AsMap() const { return std::get_if<Map>(&value); }

  /// Compares values bit by bit (NaN equals itself) and ignores which branch was noted.
  bool operator==(const Datum& other) const;
};

struct MapEntry {
  std::string key;
  Datum value;
};

}  // namespace healix::formats::avro
