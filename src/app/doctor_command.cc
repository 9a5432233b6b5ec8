// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/doctor_checks.h"
#include "app/stack.h"

namespace healix::app {
namespace {

using Json = nlohmann::ordered_json;

const char* OriginName(base::SettingOrigin origin) {
  switch (origin) {
    case base::SettingOrigin::kDefault:
      return "default";
    case base::SettingOrigin::kFile:
      return "file";
    case base::SettingOrigin::kEnvironment:
      return "environment";
    case base::SettingOrigin::kCommand:
      return "command";
  }
  return "";
}

/// Says for one table whether its metadata is read and all its files are there with their size.
Json CheckTable(const Stack& stack, const lakehouse::tables::TableEntry& entry) {
  Json json = {{"table", ToString(entry.name)}};
  const auto problem = [&](const std::string& text) {
    json["problem"] = text;
    return json;
  };
  const auto snapshot = stack.warehouse().Load(entry.name);
  if (!snapshot) return problem(snapshot.error().ToString());
  const auto scan = stack.warehouse().ToScanTable(*snapshot);
  if (!scan) return problem(scan.error().ToString());
  for (const auto& file : (*scan)->files) {
    const auto info = stack.files().Stat(file.path);
    if (!info) return problem(info.error().ToString());
    if (info->size_bytes != file.size_bytes) return problem("another size: " + file.path);
  }
  json["files"] = (*scan)->files.size();
  return json;
}

void PrintText(Console& console, const Json& report) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& setting : report["settings"]) {
    rows.push_back({setting["name"], setting["value"], setting["origin"]});
  }
  console.PrintTable({"setting", "value", "from"}, rows);
  console.Print("");
  for (const Json& check : report["checks"]) {
    console.Print(fmt::format("{}  {}: {}", check["good"].get<bool>() ? "good" : "BAD ",
                              std::string(check["name"]), std::string(check["text"])));
  }
  for (const Json& table : report["tables"]) {
    console.Print(table.contains("problem")
                      ? fmt::format("BAD   {}: {}", std::string(table["table"]),
                                    std::string(table["problem"]))
                      : fmt::format("good  {}: {} files", std::string(table["table"]),
                                    table["files"].get<std::uint64_t>()));
  }
  console.Print(report["healthy"].get<bool>() ? "healthy" : "not healthy");
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const DoctorArguments&) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  Json report = {{"program", ProgramName()}, {"home", context.home_folder}};
  report["public_key"] = stack->public_key().ToText();
  report["settings"] = Json::array();
  for (const auto& shown : stack->settings().Show()) {
    // A connection string may hold a password.
    const bool secret = shown.info->name == "records.connection" && !shown.text.empty();
    report["settings"].push_back({{"name", std::string(shown.info->name)},
                                  {"value", secret ? "(set)" : shown.text},
                                  {"origin", OriginName(shown.origin)}});
  }
  HEALIX_TRY(const auto tables, stack->warehouse().ListTables());
  report["tables"] = Json::array();
  bool healthy = true;
  report["checks"] = Json::array();
  for (const DoctorCheck& check : CheckHome(*stack)) {
    const bool is_good = check.verdict == DoctorCheck::Verdict::kGood;
    report["checks"].push_back({{"name", check.name}, {"good", is_good}, {"text", check.text}});
    healthy = healthy && is_good;
  }
  for (const auto& entry : tables) {
    report["tables"].push_back(CheckTable(*stack, entry));
    healthy = healthy && !report["tables"].back().contains("problem");
  }
  report["healthy"] = healthy;
  if (context.console.style() == Style::kJson) {
    context.console.Print(report.dump());
  } else {
    PrintText(context.console, report);
  }
  return healthy ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace healix::app
