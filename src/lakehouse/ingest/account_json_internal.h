// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Prints accounts as canonical JSON (members sorted, no blanks) and reads them back.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result/result.h"
#include "formats/json/json_view.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::lakehouse::ingest {

/// Builds one JSON object. Members must be given in the order of their names, so that the text is
/// in canonical form as it is built.
class JsonObjectText final {
 public:
  /// Makes room for `bytes`, so that long texts are copied once.
  explicit JsonObjectText(std::size_t bytes = 0) { text_.reserve(bytes); }

  JsonObjectText& Raw(std::string_view name, std::string_view json);
  /// An array whose elements are given as text, joined by commas.
  JsonObjectText& Array(std::string_view name, std::string_view elements);
  JsonObjectText& Number(std::string_view name, std::uint64_t value);
  JsonObjectText& Text(std::string_view name, std::string_view value);
  std::string Close();

 private:
  std::string text_ = "{";
};

/// Returns a JSON array of texts that are JSON already.
std::string JsonArray(const std::vector<std::string>& elements);
/// Returns a JSON string with its quotes; it is UTF-8 whatever `value` is (PlaceOfPath).
std::string JsonText(std::string_view value);

std::string ToJson(const ByteCounts& bytes);
std::string ToJson(const CountsByType& types);
std::string ToJson(const ReasonCounts& reasons);
std::string ToJson(const FileAccount& account);
std::string ToJson(const IgnoredFile& ignored);

/// Reads what the functions above print; members that are absent are empty or 0.
/// Errors kRecordsDamaged when the text is no JSON.
Result<FileAccount> AccountFromJson(std::string_view canonical);
FileAccount AccountFromView(const formats::json::JsonView& view);
IgnoredFile IgnoredFromView(const formats::json::JsonView& view);
RecordCounts CountsFromView(const formats::json::JsonView& view);
ByteCounts BytesFromView(const formats::json::JsonView& view);
/// Reads an array of objects with member `type` or `code`.
CountsByType TypesFromView(const formats::json::JsonView& view);
ReasonCounts ReasonsFromView(const formats::json::JsonView& view);

/// Returns the elements of an array member, none when it is absent.
std::vector<formats::json::JsonView> ArrayMember(const formats::json::JsonView& view,
                                                 std::string_view name);
/// Reads a member; "" or 0 when it is absent.
std::string TextMember(const formats::json::JsonView& view, std::string_view name);
std::int64_t NumberMember(const formats::json::JsonView& view, std::string_view name);

}  // namespace healix::lakehouse::ingest
