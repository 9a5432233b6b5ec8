// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/stack.h"
#include "lakehouse/ingest/trace.h"

namespace healix::app {
namespace {

using lakehouse::ingest::TracedRecord;
using Json = nlohmann::ordered_json;

Json ToJson(const TracedRecord& record) {
  return {{"table", record.table},
          {"id", record.id},
          {"version_id", record.version_id},
          {"source", record.source},
          {"file", record.file},
          {"offset", record.offset},
          {"length", record.length},
          {"hash", record.hash},
          {"match", record.match == TracedRecord::Match::kExact ? "exact" : "canonical"},
          {"stored", record.stored},
          {"source_bytes", record.source_bytes}};
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const TraceArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder, context.stop.Listen()));
  Console& console = context.console;
  Json array = Json::array();
  const auto on_record = [&](const TracedRecord& record) -> Status {
    if (console.style() == Style::kJson) {
      array.push_back(ToJson(record));
      return {};
    }
    console.Print(
        fmt::format("{} {} version {}: {} at {}, {} bytes, sha256 {}, {}", record.table, record.id,
                    record.version_id, record.file, record.offset, record.length, record.hash,
                    record.match == TracedRecord::Match::kExact ? "equal byte for byte"
                                                                : "equal as canonical JSON"));
    console.Print(record.source_bytes);
    return {};
  };
  HEALIX_RETURN_IF_ERROR(
      lakehouse::ingest::Trace(stack->ingest_parts(), arguments.table, arguments.ids, on_record));
  if (console.style() == Style::kJson) {
    console.Print(array.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return ExitCode::kDone;
}

}  // namespace healix::app
