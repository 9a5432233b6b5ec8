// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>

#include "formats/cutting/utf8.h"
#include "formats/json/json_parser.h"
#include "lakehouse/engine/result_stream.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/place_names_internal.h"

namespace healix::lakehouse::ingest {

using formats::json::JsonView;

JsonObjectText& JsonObjectText::Raw(std::string_view name, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  engine::AppendJsonText(text_, name);
  text_ += ':';
  text_ += json;
  return *this;
}

JsonObjectText& JsonObjectText::Array(std::string_view name, std::string_view elements) {
  Raw(name, "[");
  text_ += elements;
  text_ += ']';
  return *this;
}

JsonObjectText& JsonObjectText::Number(std::string_view name, std::uint64_t value) {
  return Raw(name, fmt::format_int(value).c_str());
}

JsonObjectText& JsonObjectText::Text(std::string_view name, std::string_view value) {
  return Raw(name, JsonText(value));
}

std::string JsonObjectText::Close() {
  text_ += '}';
  return std::move(text_);
}

std::string JsonText(std::string_view value) {
  std::string text;
  // Messages name files as they are on disk. What is text is not copied: it may be a whole receipt.
  const bool is_text = !formats::FindInvalidUtf8(value);
  engine::AppendJsonText(text, is_text ? value : std::string_view(PlaceOfPath(value)));
  return text;
}

std::string JsonArray(const std::vector<std::string>& elements) {
  std::string text = "[";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ',';
    text += element;
  }
  return text + "]";
}

std::string ToJson(const ByteCounts& bytes) {
  return JsonObjectText()
      .Number("envelope", bytes.envelope)
      .Number("quarantined", bytes.quarantined)
      .Number("records", bytes.records)
      .Number("total", bytes.total())
      .Close();
}

std::string ToJson(const CountsByType& types) {
  std::vector<std::string> elements;
  for (const auto& [type, counts] : types) {
    elements.push_back(JsonObjectText()
                           .Number("duplicate", counts.duplicate)
                           .Number("found", counts.found())
                           .Number("if_none_exist", counts.if_none_exist)
                           .Number("quarantined", counts.quarantined)
                           .Number("tombstones", counts.tombstones)
                           .Text("type", type)
                           .Number("written", counts.written)
                           .Close());
  }
  return JsonArray(elements);
}

std::string ToJson(const ReasonCounts& reasons) {
  std::vector<std::string> elements;
  for (const auto& [code, count] : reasons) {
    elements.push_back(JsonObjectText().Text("code", code).Number("count", count).Close());
  }
  return JsonArray(elements);
}

std::string ToJson(const FileAccount& account) {
  std::vector<std::string> ingests;
  for (const std::string& id : account.ingests) ingests.push_back(JsonText(id));
  return JsonObjectText()
      .Raw("bytes", ToJson(account.bytes))
      .Text("error", account.error)
      .Text("file", account.file)
      .Raw("ingests", JsonArray(ingests))
      .Text("kind", account.kind)
      .Raw("reasons", ToJson(account.reasons))
      .Text("sha256", account.sha256)
      .Number("size_bytes", account.size_bytes)
      .Text("source", account.source)
      .Raw("types", ToJson(account.types))
      .Close();
}

std::string ToJson(const IgnoredFile& ignored) {
  return JsonObjectText()
      .Text("file", ignored.file)
      .Text("rule", ignored.rule)
      .Text("sha256", ignored.sha256)
      .Number("size_bytes", ignored.size_bytes)
      .Close();
}

std::string TextMember(const JsonView& view, std::string_view name) {
  const auto member = view.Member(name);
  return member ? member->String().value_or("") : "";
}

std::int64_t NumberMember(const JsonView& view, std::string_view name) {
  const auto member = view.Member(name);
  std::int64_t value = 0;
  if (!member) return value;
  const std::string_view digits = member->text();
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::vector<JsonView> ArrayMember(const JsonView& view, std::string_view name) {
  std::vector<JsonView> elements;
  const auto array = view.Member(name);
  if (!array) return elements;
  for (auto at = array->FirstElement(); at; at = at->NextElement(*array)) elements.push_back(*at);
  return elements;
}

RecordCounts CountsFromView(const JsonView& view) {
  const auto count = [&](std::string_view name) {
    return static_cast<std::uint64_t>(NumberMember(view, name));
  };
  RecordCounts counts;
  counts.written = count("written");
  counts.duplicate = count("duplicate");
  counts.quarantined = count("quarantined");
  counts.tombstones = count("tombstones");
  counts.if_none_exist = count("if_none_exist");
  return counts;
}

ByteCounts BytesFromView(const JsonView& view) {
  const auto count = [&](std::string_view name) {
    return static_cast<std::uint64_t>(NumberMember(view, name));
  };
  ByteCounts bytes;
  bytes.records = count("records");
  bytes.envelope = count("envelope");
  bytes.quarantined = count("quarantined");
  return bytes;
}

CountsByType TypesFromView(const JsonView& view) {
  CountsByType types;
  for (const JsonView& element : ArrayMember(view, "types")) {
    types[TextMember(element, "type")] = CountsFromView(element);
  }
  return types;
}

ReasonCounts ReasonsFromView(const JsonView& view) {
  ReasonCounts reasons;
  for (const JsonView& element : ArrayMember(view, "reasons")) {
    reasons[TextMember(element, "code")] =
        static_cast<std::uint64_t>(NumberMember(element, "count"));
  }
  return reasons;
}

FileAccount AccountFromView(const JsonView& view) {
  FileAccount account;
  if (const auto bytes = view.Member("bytes")) account.bytes = BytesFromView(*bytes);
  account.error = TextMember(view, "error");
  account.file = TextMember(view, "file");
  for (const JsonView& id : ArrayMember(view, "ingests")) {
    account.ingests.push_back(id.String().value_or(""));
  }
  account.kind = TextMember(view, "kind");
  account.reasons = ReasonsFromView(view);
  account.sha256 = TextMember(view, "sha256");
  account.size_bytes = static_cast<std::uint64_t>(NumberMember(view, "size_bytes"));
  account.source = TextMember(view, "source");
  account.types = TypesFromView(view);
  return account;
}

IgnoredFile IgnoredFromView(const JsonView& view) {
  return {TextMember(view, "file"), TextMember(view, "rule"), TextMember(view, "sha256"),
          static_cast<std::uint64_t>(NumberMember(view, "size_bytes"))};
}

Result<FileAccount> AccountFromJson(std::string_view text) {
  formats::json::JsonParser parser({});
  const auto view = parser.Parse(text);
  if (!view) return MakeError(ErrorCode::kRecordsDamaged, "an account in the ledger is no JSON");
  return AccountFromView(*view);
}

}  // namespace healix::lakehouse::ingest
