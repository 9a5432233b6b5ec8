// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Holds what a column of the small relational store can hold.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result/check.h"

namespace healix::storage::records {

/// Holds bytes that are not text.
struct Blob {
  std::string bytes;
  auto operator<=>(const Blob&) const = default;
};

using Null = std::monostate;

/// Holds one value: null, a 64-bit integer, a double, UTF-8 text or bytes. Integers of other
/// widths convert when they fit without narrowing; times are integers (microseconds since 1970).
using Value = std::variant<Null, std::int64_t, double, std::string, Blob>;

/// Makes a Value of a view; a std::string, a literal and an int convert by themselves.
inline Value Text(std::string_view text) { return Value(std::string(text)); }
/// Makes a Value of bytes.
inline Value Bytes(std::string_view bytes) { return Value(Blob{std::string(bytes)}); }

/// Holds one row of a query. Columns count from 0 in the order of the SELECT.
/// The columns of our tables are strictly typed, so asking for the wrong type is a bug.
class Row final {
 public:
  Row() = default;
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  std::size_t size() const { return values_.size(); }
  const Value& operator[](std::size_t column) const {
    HEALIX_CHECK(column < values_.size(), "the query has no such column");
    return values_[column];
  }
  bool IsNull(std::size_t column) const { return std::holds_alternative<Null>((*this)[column]); }
  std::int64_t Int(std::size_t column) const { return Get<std::int64_t>(column); }
  double Real(std::size_t column) const { return Get<double>(column); }
  const std::string& Text(std::size_t column) const { return Get<std::string>(column); }
  const std::string& Bytes(std::size_t column) const { return Get<Blob>(column).bytes; }

 private:
  template <typename T>
  const T& Get(std::size_t column) const {
    const T* value = std::get_if<T>(&(*this)[column]);
    HEALIX_CHECK(value != nullptr, "the column has another type or is null");
    return *value;
  }

  std::vector<Value> values_;
};

using Rows = std::vector<Row>;

}  // namespace healix::storage::records
