// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/tables/table_name.h"

#include <algorithm>
#include <cctype>

namespace healix::lakehouse::tables {
namespace {

constexpr std::size_t kPartBytesMax = 128;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPart(std::string_view part) {
  if (part.empty() || part.size() > kPartBytesMax) return false;
  if (!IsLower(part.front()) && part.front() != '_') return false;
  return std::all_of(part.begin(), part.end(), [](char c) {
    return IsLower(c) || IsDigit(c) || c == '_' || c == '$' || c == '-';
  });
}

std::string Folded(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

}  // namespace

std::string ToString(const TableName& name) { return name.schema + "." + name.name; }

Status Validate(const TableName& name) {
  if (!IsPart(name.schema) || name.schema == "information_schema" || name.schema == "pg_catalog") {
    return Error(ErrorCode::kInvalidArgument, "a schema name must match [a-z_][a-z0-9_$-]*");
  }
  if (!IsPart(name.name)) {
    return Error(ErrorCode::kInvalidArgument, "a table name must match [a-z_][a-z0-9_$-]*");
  }
  return {};
}

Result<TableName> ParseTableName(std::string_view text) {
  const std::size_t dot = text.find('.');
  TableName name;
  name.schema = dot == std::string_view::npos ? "main" : Folded(text.substr(0, dot));
  name.name = Folded(dot == std::string_view::npos ? text : text.substr(dot + 1));
  HEALIX_RETURN_IF_ERROR(Validate(name));
  return name;
}

}  // namespace healix::lakehouse::tables
