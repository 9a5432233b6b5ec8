// SPDX-License-Identifier: Apache-2.0
#include "base/time/instant.h"
#include "formats/json/json_parser.h"
#include "lakehouse/ingest/account_json_internal.h"
#include "lakehouse/ingest/receipt_json_internal.h"

namespace healix::lakehouse::ingest {

using formats::json::JsonView;

namespace {

constexpr std::string_view kFormat = "healix-receipt-1";
/// Room for what stands in a receipt beside its files.
constexpr std::size_t kOtherBytes = 16'384;

std::string ToJson(const RecordCounts& counts) {
  return JsonObjectText()
      .Number("duplicate", counts.duplicate)
      .Number("found", counts.found())
      .Number("if_none_exist", counts.if_none_exist)
      .Number("quarantined", counts.quarantined)
      .Number("tombstones", counts.tombstones)
      .Number("written", counts.written)
      .Close();
}

std::string ArrayOf(const std::vector<IgnoredFile>& files) {
  std::vector<std::string> elements;
  for (const IgnoredFile& file : files) elements.push_back(ingest::ToJson(file));
  return JsonArray(elements);
}

std::string SnapshotsToJson(const std::map<std::string, std::int64_t>& snapshots) {
  std::vector<std::string> elements;
  for (const auto& [table, id] : snapshots) {
    elements.push_back(
        JsonObjectText().Raw("snapshot_id", std::to_string(id)).Text("table", table).Close());
  }
  return JsonArray(elements);
}

base::Timestamp TimeMember(const JsonView& view, std::string_view name) {
  return base::ParseInstant(TextMember(view, name)).value_or(base::Timestamp());
}

}  // namespace

std::string_view Name(RunStatus status) {
  return status == RunStatus::kInterrupted ? "interrupted" : "complete";
}

std::string ToCanonicalJson(const Receipt& receipt) {
  return JsonObjectText(receipt.files.elements().size() + kOtherBytes)
      .Raw("bytes", ToJson(receipt.bytes))
      .Array("files", receipt.files.elements())
      .Text("finished_at", base::FormatInstant(receipt.finished_at))
      .Text("format", kFormat)
      .Text("id", receipt.id.value())
      .Raw("ignored", ArrayOf(receipt.ignored))
      .Text("ingest", receipt.ingest.value())
      .Text("program", receipt.program)
      .Raw("reasons", ToJson(receipt.reasons))
      .Raw("snapshots", SnapshotsToJson(receipt.snapshots))
      .Text("started_at", base::FormatInstant(receipt.started_at))
      .Text("status", Name(receipt.status))
      .Raw("totals", ToJson(receipt.totals))
      .Raw("types", ToJson(receipt.types))
      .Close();
}

Result<Receipt> ReceiptFromJson(std::string_view json) {
  formats::json::JsonParser parser({});
  const auto parsed = parser.Parse(json);
  if (!parsed) return MakeError(ErrorCode::kRecordsDamaged, "a receipt is no JSON");
  const JsonView& view = *parsed;
  if (TextMember(view, "format") != kFormat) {
    return MakeError(ErrorCode::kRecordsDamaged, "a receipt has an unknown form");
  }
  Receipt receipt;
  receipt.json = json;
  receipt.id = ReceiptId(TextMember(view, "id"));
  receipt.ingest = IngestId(TextMember(view, "ingest"));
  receipt.program = TextMember(view, "program");
  if (TextMember(view, "status") == Name(RunStatus::kInterrupted)) {
    receipt.status = RunStatus::kInterrupted;
  }
  receipt.started_at = TimeMember(view, "started_at");
  receipt.finished_at = TimeMember(view, "finished_at");
  if (const auto totals = view.Member("totals")) receipt.totals = CountsFromView(*totals);
  if (const auto bytes = view.Member("bytes")) receipt.bytes = BytesFromView(*bytes);
  receipt.types = TypesFromView(view);
  receipt.reasons = ReasonsFromView(view);
  for (const JsonView& file : ArrayMember(view, "files")) receipt.files.AppendJson(file.text());
  for (const JsonView& ignored : ArrayMember(view, "ignored")) {
    receipt.ignored.push_back(IgnoredFromView(ignored));
  }
  for (const JsonView& snapshot : ArrayMember(view, "snapshots")) {
    receipt.snapshots[TextMember(snapshot, "table")] = NumberMember(snapshot, "snapshot_id");
  }
  return receipt;
}

std::string SignedJson(const Receipt& receipt) {
  return JsonObjectText()
      .Text("key", receipt.public_key)
      .Text("receipt", receipt.json)
      .Text("signature", receipt.signature)
      .Close();
}

std::string SummaryJson(const Receipt& receipt) {
  JsonObjectText types;
  for (const auto& [type, counts] : receipt.types) types.Raw(type, ToJson(counts));
  JsonObjectText reasons;
  for (const auto& [code, count] : receipt.reasons) reasons.Number(code, count);
  return JsonObjectText(receipt.files.elements().size() + kOtherBytes)
      .Number("found", receipt.totals.found())
      .Number("written", receipt.totals.written)
      .Number("duplicate", receipt.totals.duplicate)
      .Number("quarantined", receipt.totals.quarantined)
      .Number("bytes", receipt.bytes.total())
      .Text("receipt", receipt.id.value())
      .Text("ingest", receipt.ingest.value())
      .Text("status", Name(receipt.status))
      .Raw("types", types.Close())
      .Raw("reasons", reasons.Close())
      .Raw("byte_classes", ToJson(receipt.bytes))
      .Array("files", receipt.files.elements())
      .Raw("ignored", ArrayOf(receipt.ignored))
      .Close();
}

}  // namespace healix::lakehouse::ingest
