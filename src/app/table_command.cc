// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "app/upkeep.h"
#include "base/time/instant.h"
#include "lakehouse/tables/warehouse.h"

namespace healix::app {
namespace {

namespace iceberg = lakehouse::iceberg;
namespace tables = lakehouse::tables;
using Json = nlohmann::ordered_json;

std::string FormatMillis(iceberg::Timestamp at) {
  return base::FormatInstant(std::chrono::time_point_cast<std::chrono::microseconds>(at));
}

/// Reads a number of a snapshot summary, 0 when it is absent.
std::int64_t SummaryNumber(const iceberg::Snapshot* snapshot, const std::string& key) {
  if (snapshot == nullptr) return 0;
  const auto found = snapshot->summary.find(key);
  return found == snapshot->summary.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
}

Json OptionalNumber(const std::optional<std::int64_t>& number) {
  return number ? Json(*number) : Json();
}

Result<ExitCode> List(Console& console, tables::Warehouse& warehouse) {
  HEALIX_TRY(const auto entries, warehouse.ListTables());
  HEALIX_TRY(const auto views, warehouse.ListViews());
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const tables::TableEntry& entry : entries) {
    HEALIX_TRY(const auto snapshot, warehouse.Load(entry.name));
    const std::int64_t records = SummaryNumber(snapshot.snapshot(), "total-records") -
                                 SummaryNumber(snapshot.snapshot(), "total-position-deletes");
    array.push_back({{"name", ToString(entry.name)},
                     {"kind", "table"},
                     {"record_count", records},
                     {"metadata_location", entry.metadata_location}});
    rows.push_back({ToString(entry.name), "table",
                    WithThousands(static_cast<std::uint64_t>(std::max<std::int64_t>(records, 0)))});
  }
  for (const tables::ViewDefinition& view : views) {
    array.push_back({{"name", ToString(view.name)}, {"kind", "view"}});
    rows.push_back({ToString(view.name), "view", ""});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable({"name", "kind", "rows"}, rows);
  }
  return ExitCode::kDone;
}

Json ColumnsJson(const iceberg::Schema& schema) {
  Json columns = Json::array();
  for (const iceberg::Field& field : schema.fields) {
    columns.push_back({{"id", field.id},
                       {"name", field.name},
                       {"type", iceberg::TypeName(field.type)},
                       {"required", field.required}});
  }
  return columns;
}

Json PartitionJson(const tables::TableSnapshot& table) {
  Json fields = Json::array();
  for (const iceberg::PartitionField& field : table.metadata().DefaultSpec().fields) {
    fields.push_back(
        {{"name", field.name}, {"transform", iceberg::TransformName(field.transform)}});
  }
  return fields;
}

Result<ExitCode> Show(Console& console, tables::Warehouse& warehouse,
                      const tables::TableName& name) {
  HEALIX_TRY(const auto table, warehouse.Load(name));
  HEALIX_TRY(const auto scan, warehouse.ToScanTable(table));
  std::uint64_t bytes = 0;
  for (const auto& file : scan->files) bytes += file.size_bytes;
  const std::int64_t records = SummaryNumber(table.snapshot(), "total-records") -
                               SummaryNumber(table.snapshot(), "total-position-deletes");
  const Json json = {{"name", ToString(name)},
                     {"uuid", table.state().uuid},
                     {"format_version", table.metadata().format_version},
                     {"location", table.metadata().location},
                     {"metadata_location", table.state().metadata_location},
                     {"snapshot_id", OptionalNumber(table.snapshot_id())},
                     {"record_count", records},
                     {"file_count", scan->files.size()},
                     {"file_bytes", bytes},
                     {"snapshot_count", table.metadata().snapshots.size()},
                     {"columns", ColumnsJson(table.schema())},
                     {"partition", PartitionJson(table)}};
  if (console.style() == Style::kJson) {
    console.Print(json.dump());
    return ExitCode::kDone;
  }
  std::vector<std::vector<std::string>> columns;
  for (const iceberg::Field& field : table.schema().fields) {
    columns.push_back({field.name, iceberg::TypeName(field.type), field.required ? "yes" : ""});
  }
  console.Print(
      fmt::format("{}: {} rows in {} files of {}, {} snapshots\n{}\n", ToString(name),
                  WithThousands(static_cast<std::uint64_t>(std::max<std::int64_t>(records, 0))),
                  WithThousands(scan->files.size()), BytesText(bytes),
                  table.metadata().snapshots.size(), table.state().metadata_location));
  console.PrintTable({"column", "type", "required"}, columns);
  return ExitCode::kDone;
}

Result<ExitCode> History(Console& console, tables::Warehouse& warehouse,
                         const tables::TableName& name) {
  HEALIX_TRY(const auto table, warehouse.Load(name));
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const iceberg::Snapshot& snapshot : table.metadata().snapshots) {
    const auto operation = snapshot.summary.find("operation");
    const std::string operation_name = operation == snapshot.summary.end() ? "" : operation->second;
    const std::int64_t added = SummaryNumber(&snapshot, "added-records");
    const std::int64_t total = SummaryNumber(&snapshot, "total-records");
    array.push_back({{"snapshot_id", snapshot.snapshot_id},
                     {"parent_snapshot_id", OptionalNumber(snapshot.parent_snapshot_id)},
                     {"committed_at", FormatMillis(snapshot.timestamp)},
                     {"operation", operation_name},
                     {"added_records", added},
                     {"total_records", total}});
    rows.push_back({fmt::format("{}", snapshot.snapshot_id), FormatMillis(snapshot.timestamp),
                    operation_name, fmt::format("{}", added), fmt::format("{}", total)});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable({"snapshot", "committed", "operation", "added", "total"}, rows);
  }
  return ExitCode::kDone;
}

/// Says in a sentence what a task did; `report` is the result of its job.
std::string Sentence(tables::MaintenanceTask task, const Json& report) {
  const auto number = [&](const char* name) { return report.value(name, std::uint64_t{0}); };
  const std::string removed = fmt::format("{} files of {} removed", number("files_removed"),
                                          BytesText(number("bytes_removed")));
  switch (task) {
    case tables::MaintenanceTask::kCompact:
      return fmt::format("{} files became {}, {} rewritten", number("files_before"),
                         number("files_after"), BytesText(number("bytes_rewritten")));
    case tables::MaintenanceTask::kExpire:
      return fmt::format("{} snapshots expired, {}", number("snapshots_expired"), removed);
    case tables::MaintenanceTask::kRemoveOrphans:
      return removed;
    case tables::MaintenanceTask::kPurgeDropped:
      break;
  }
  return fmt::format("{} tables purged, {}", number("tables_purged"), removed);
}

/// Runs a task as a job to its end and prints what it did.
Result<ExitCode> RunTask(Console& console, const Stack& stack,
                         const tables::MaintenanceRequest& request) {
  HEALIX_TRY(const storage::jobs::Job job, Upkeep(stack, console).Run(request));
  console.EndProgress();
  Json report = Json::parse(job.result_json, nullptr, /*allow_exceptions=*/false);
  HEALIX_CHECK(report.is_object(), "the result of an upkeep job is its report");
  if (console.style() == Style::kJson) {
    report["job"] = job.id.value();
    console.Print(report.dump());
  } else {
    console.Print(Sentence(request.task, report));
  }
  return ExitCode::kDone;
}

tables::MaintenanceRequest ExpireRequest(const TableArguments& arguments,
                                         const tables::TableName& name) {
  tables::MaintenanceRequest request;
  request.task = tables::MaintenanceTask::kExpire;
  request.table = name;
  request.expire_after = std::chrono::hours(arguments.older_than_hours);
  request.keep_last = static_cast<int>(arguments.keep_snapshots);
  return request;
}

Result<ExitCode> Undrop(Console& console, Stack& stack, const tables::TableName& name) {
  const auto act = stack.ActInTransaction(trust::journal::ActKind::kTableUndrop);
  HEALIX_TRY(const auto outcome, stack.warehouse().Undrop(name, act));
  if (console.style() == Style::kJson) {
    console.Print(
        Json{{"name", ToString(outcome.name)}, {"metadata_location", outcome.metadata_location}}
            .dump());
  } else {
    console.Print(ToString(outcome.name) + " is back");
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const TableArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  Console& console = context.console;
  tables::Warehouse& warehouse = stack->warehouse();
  using Action = TableArguments::Action;
  using tables::MaintenanceTask;
  if (arguments.action == Action::kList) return List(console, warehouse);
  if (arguments.action == Action::kPurge) {
    return RunTask(console, *stack, {.task = MaintenanceTask::kPurgeDropped});
  }
  HEALIX_TRY(const auto name, tables::ParseTableName(arguments.table));
  switch (arguments.action) {
    case Action::kList:
    case Action::kPurge:
      break;
    case Action::kShow:
      return Show(console, warehouse, name);
    case Action::kHistory:
      return History(console, warehouse, name);
    case Action::kExpire:
      return RunTask(console, *stack, ExpireRequest(arguments, name));
    case Action::kCompact:
      return RunTask(console, *stack, {.task = MaintenanceTask::kCompact, .table = name});
    case Action::kOrphans:
      return RunTask(console, *stack, {.task = MaintenanceTask::kRemoveOrphans, .table = name});
    case Action::kUndrop:
      return Undrop(console, *stack, name);
  }
  HEALIX_CHECK(false, "an action outside the enum");
}

}  // namespace healix::app
