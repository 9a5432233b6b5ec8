// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "base/time/instant.h"
#include "lakehouse/ingest/quarantine.h"

namespace healix::app {
namespace {

namespace ingest = lakehouse::ingest;
using Json = nlohmann::ordered_json;

Result<ingest::QuarantineId> ParseId(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) {
    return MakeError(ErrorCode::kUsage, "a quarantine id is a number");
  }
  return ingest::QuarantineId(number);
}

Json ToJson(const ingest::QuarantineEntry& entry) {
  Json json = {{"id", entry.id.value()},
               {"extent", ingest::Name(entry.extent)},
               {"source", entry.source},
               {"kind", entry.kind},
               {"type", entry.type},
               {"file", entry.file},
               {"offset", entry.offset},
               {"length", entry.length},
               {"sha256", entry.sha256},
               {"code", entry.code},
               {"ingest", entry.ingest.value()}};
  if (entry.line) json["line"] = *entry.line;
  json["arrived_at"] = base::FormatInstant(entry.arrived_at);
  json["resolved_by"] = entry.resolved_by.empty() ? Json() : Json(entry.resolved_by);
  return json;
}

Json ToJson(const ingest::RedriveOutcome& outcome) {
  Json receipts = Json::array();
  for (const ingest::ReceiptId& receipt : outcome.receipts) receipts.push_back(receipt.value());
  Json stayed = Json::array();
  for (const auto& [id, error] : outcome.stayed) {
    stayed.push_back(
        {{"id", id.value()}, {"code", Name(error.code())}, {"reason", error.message()}});
  }
  return {{"tried", outcome.tried}, {"written", outcome.written}, {"duplicate", outcome.duplicate},
          {"kept", outcome.kept},   {"receipts", receipts},       {"stayed", stayed}};
}

Result<ExitCode> List(Console& console, const ingest::Parts& parts) {
  HEALIX_TRY(const auto entries, ingest::ListQuarantine(parts, {}));
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const ingest::QuarantineEntry& entry : entries) {
    array.push_back(ToJson(entry));
    const std::string place =
        entry.line ? fmt::format("line {}", *entry.line) : fmt::format("@{}", entry.offset);
    rows.push_back({fmt::format("{}", entry.id.value()), entry.code, entry.type, entry.file, place,
                    BytesText(entry.length)});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable({"id", "code", "type", "file", "where", "size"}, rows);
  }
  return ExitCode::kDone;
}

Result<ExitCode> Show(Console& console, const ingest::Parts& parts, const std::string& id_text) {
  HEALIX_TRY(const auto id, ParseId(id_text));
  HEALIX_TRY(const auto record, ingest::ShowQuarantine(parts, id));
  if (console.style() == Style::kJson) {
    Json json = ToJson(record.entry);
    json["kept"] = record.kept;
    console.Print(json.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    console.Print(ToJson(record.entry).dump(2));
    console.Print(record.kept);
  }
  return ExitCode::kDone;
}

Result<ExitCode> Redrive(Console& console, const Stack& stack, const std::string& id_text) {
  ingest::QuarantineFilter filter;
  if (!id_text.empty()) {
    HEALIX_TRY(filter.id, ParseId(id_text));
  }
  HEALIX_TRY(const auto outcome,
             ingest::RedriveQuarantine(stack.ingest_parts(), filter, stack.ingest_limits()));
  if (console.style() == Style::kJson) {
    console.Print(ToJson(outcome).dump());
    return ExitCode::kDone;
  }
  for (const ingest::RedriveRefusal& refusal : outcome.stayed) {
    console.Print(fmt::format("{} stays: {}", refusal.id.value(), refusal.error.ToString()));
  }
  console.Print(fmt::format("{} tried: {} records written, {} duplicate; {} still in quarantine",
                            WithThousands(outcome.tried), WithThousands(outcome.written),
                            WithThousands(outcome.duplicate), WithThousands(outcome.kept)));
  for (const ingest::ReceiptId& receipt : outcome.receipts) {
    console.Print(fmt::format("receipt {}", receipt.value()));
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const QuarantineArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  switch (arguments.action) {
    case QuarantineArguments::Action::kList:
      return List(context.console, stack->ingest_parts());
    case QuarantineArguments::Action::kShow:
      return Show(context.console, stack->ingest_parts(), arguments.id);
    case QuarantineArguments::Action::kRedrive:
      return Redrive(context.console, *stack, arguments.id);
  }
  HEALIX_CHECK(false, "an action outside the enum");
}

}  // namespace healix::app
