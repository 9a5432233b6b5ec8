// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <optional>

#include "lakehouse/sql/partition_text_internal.h"
#include "lakehouse/sql/statement_check_internal.h"

namespace healix::lakehouse::sql {
namespace {

using iceberg::Transform;
using iceberg::TransformKind;

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string Unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  std::string plain;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    plain += name[i];
    if (name[i] == '"') ++i;  // a doubled quote
  }
  return plain;
}

std::optional<TransformKind> KindOf(std::string_view function) {
  if (function == "year" || function == "years") return TransformKind::kYear;
  if (function == "month" || function == "months") return TransformKind::kMonth;
  if (function == "day" || function == "days") return TransformKind::kDay;
  if (function == "hour" || function == "hours") return TransformKind::kHour;
  if (function == "bucket") return TransformKind::kBucket;
  if (function == "truncate") return TransformKind::kTruncate;
  return std::nullopt;
}

std::optional<std::int32_t> WidthOf(std::string_view text) {
  std::int32_t width = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), width);
  const bool is_whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return is_whole && width > 0 ? std::optional(width) : std::nullopt;
}

Result<iceberg::WantedPartition> ParseOne(const std::string& text) {
  const Error refused = Refused("PARTITIONED BY " + text);
  const std::size_t open = text.find('(');
  if (open == std::string::npos) return iceberg::WantedPartition{Unquoted(text), {}, ""};
  if (!text.ends_with(')')) return refused;
  const auto kind = KindOf(Unquoted(FoldCase(text.substr(0, open))));
  if (!kind) return refused;
  std::string_view inside = std::string_view(text).substr(open + 1, text.size() - open - 2);
  iceberg::WantedPartition wanted;
  wanted.transform.kind = *kind;
  if (*kind == TransformKind::kBucket || *kind == TransformKind::kTruncate) {
    const std::size_t comma = inside.find(',');
    if (comma == std::string_view::npos) return refused;
    const std::string_view first = Trimmed(inside.substr(0, comma));
    const std::string_view second = Trimmed(inside.substr(comma + 1));
    const auto width = WidthOf(first) ? WidthOf(first) : WidthOf(second);
    if (!width) return refused;
    wanted.transform.width = *width;
    inside = WidthOf(first) ? second : first;
  }
  wanted.column = Unquoted(Trimmed(inside));
  if (wanted.column.empty() || wanted.column.find_first_of("(),'") != std::string::npos) {
    return refused;
  }
  return wanted;
}

}  // namespace

Result<std::vector<iceberg::WantedPartition>> ParsePartitioning(
    const std::vector<std::string>& texts) {
  std::vector<iceberg::WantedPartition> fields;
  for (const std::string& text : texts) {
    HEALIX_TRY(iceberg::WantedPartition field, ParseOne(text));
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace healix::lakehouse::sql
