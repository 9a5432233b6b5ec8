// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/engine/scope.h"

#include <algorithm>

namespace healix::lakehouse::engine {
namespace {

// As DuckDB compares names: without the case of A to Z.
bool IsSameName(const std::string& a, const std::string& b) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char left, char right) { return fold(left) == fold(right); });
}

std::string FreeName(const iceberg::Schema& schema, const std::string& wanted) {
  std::string name = wanted;
  const auto is_name = [&](const iceberg::Field& field) { return IsSameName(field.name, name); };
  for (int number = 2; std::any_of(schema.fields.begin(), schema.fields.end(), is_name); ++number) {
    name = wanted + "_" + std::to_string(number);
  }
  return name;
}

}  // namespace

RowPlace PlaceColumns(const iceberg::Schema& schema) {
  return {FreeName(schema, "_file"), FreeName(schema, "_pos")};
}

}  // namespace healix::lakehouse::engine
