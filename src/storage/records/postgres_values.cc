// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <string_view>

#include "storage/records/postgres_values_internal.h"

namespace healix::storage::records {
namespace {

// Object ids of built-in types: PostgreSQL's catalogue pg_type.dat, the same in every release.
constexpr unsigned kBool = 16;
constexpr unsigned kBytea = 17;
constexpr unsigned kInt8 = 20;
constexpr unsigned kInt2 = 21;
constexpr unsigned kInt4 = 23;
constexpr unsigned kText = 25;
constexpr unsigned kFloat4 = 700;
constexpr unsigned kFloat8 = 701;
constexpr unsigned kNumeric = 1700;

constexpr int kTextForm = 0;
constexpr int kBinaryForm = 1;

int NibbleOf(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// Reads `\x0aff`, the form in which PostgreSQL 9+ sends bytes as text.
std::string BytesOf(std::string_view hex) {
  HEALIX_CHECK(hex.size() >= 2 && hex[0] == '\\' && hex[1] == 'x', "bytea_output is hex");
  std::string bytes;
  bytes.reserve(hex.size() / 2 - 1);
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(NibbleOf(hex[i]) * 16 + NibbleOf(hex[i + 1])));
  }
  return bytes;
}

template <typename T>
Value NumberOf(std::string_view text) {
  T number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  HEALIX_CHECK(code == std::errc() && end == text.data() + text.size(), "PostgreSQL sends numbers");
  return Value(number);
}

Value ValueOf(unsigned type, std::string_view text) {
  switch (type) {
    case kBool:
      return Value(std::int64_t{text == "t" ? 1 : 0});
    case kInt2:
    case kInt4:
    case kInt8:
      return NumberOf<std::int64_t>(text);
    case kNumeric:  // SUM over integers
      return text.find_first_of(".N") == std::string_view::npos ? NumberOf<std::int64_t>(text)
                                                                : NumberOf<double>(text);
    case kFloat4:
    case kFloat8:
      return NumberOf<double>(text);
    case kBytea:
      return Value(Blob{BytesOf(text)});
    default:
      return Value(std::string(text));
  }
}

struct Described {
  unsigned type;
  int form;
  std::string_view bytes;  // ended by 0 when in text form
};

Described Describe(const Value& value, std::string& number) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = fmt::format("{}", *integer);
    return {kInt8, kTextForm, number};
  }
  if (const auto* real = std::get_if<double>(&value)) {
    number = fmt::format("{}", *real);
    return {kFloat8, kTextForm, number};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {kText, kTextForm, *text};
  return {kBytea, kBinaryForm, std::get<Blob>(value).bytes};
}

}  // namespace

PostgresParameters::PostgresParameters(const std::vector<Value>& from) : numbers(from.size()) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool is_null = std::holds_alternative<Null>(from[i]);
    const Described described =
        is_null ? Described{0, kTextForm, {}} : Describe(from[i], numbers[i]);
    types.push_back(described.type);
    formats.push_back(described.form);
    lengths.push_back(static_cast<int>(described.bytes.size()));
    values.push_back(is_null ? nullptr : described.bytes.data());
  }
}

Row RowOf(const pg_result* result, int number) {
  const int columns = PQnfields(result);
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) {
    if (PQgetisnull(result, number, column) != 0) {
      values.emplace_back(Null());
      continue;
    }
    const std::string_view text(PQgetvalue(result, number, column),
                                static_cast<std::size_t>(PQgetlength(result, number, column)));
    values.push_back(ValueOf(PQftype(result, column), text));
  }
  return Row(std::move(values));
}

}  // namespace healix::storage::records
