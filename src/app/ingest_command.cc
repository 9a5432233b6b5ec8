// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "app/commands.h"
#include "app/stack.h"
#include "lakehouse/ingest/ingest.h"

namespace healix::app {
namespace {

namespace ingest = lakehouse::ingest;

/// Draws the progress line a few times a second.
class ProgressLine final {
 public:
  explicit ProgressLine(Console& console) : console_(console) {}

  void Show(const ingest::Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_at_ < std::chrono::milliseconds(200)) return;
    shown_at_ = now;
    const double seconds = std::chrono::duration<double>(now - started_at_).count();
    const double rate = static_cast<double>(progress.content_bytes) / std::max(seconds, 0.001);
    std::string left = "?";
    if (progress.bytes_done > 0 && progress.bytes_total >= progress.bytes_done) {
      const auto rest = static_cast<double>(progress.bytes_total - progress.bytes_done);
      left = fmt::format("{:.0f} s", rest * seconds / static_cast<double>(progress.bytes_done));
    }
    console_.ShowProgress(
        fmt::format("{} of {}  {} records  {}/s  {} left", BytesText(progress.bytes_done),
                    BytesText(progress.bytes_total), WithThousands(progress.records),
                    BytesText(static_cast<std::uint64_t>(rate)), left));
  }

 private:
  Console& console_;
  std::chrono::steady_clock::time_point started_at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_at_;
};

std::vector<std::string> CountsRow(const std::string& name, const ingest::RecordCounts& counts) {
  return {name, WithThousands(counts.found()), WithThousands(counts.written),
          WithThousands(counts.duplicate), WithThousands(counts.quarantined)};
}

void PrintSummary(Console& console, const ingest::IngestOutcome& outcome) {
  const ingest::Receipt& receipt = outcome.receipt;
  std::vector<std::vector<std::string>> rows;
  for (const auto& [type, counts] : receipt.types) {
    rows.push_back(CountsRow(type.empty() ? "(unreadable)" : type, counts));
  }
  rows.push_back(CountsRow("total", receipt.totals));
  console.PrintTable({"type", "found", "written", "duplicate", "quarantined"}, rows);
  console.Print(fmt::format(
      "\n{} of content: {} in records, {} around them, {} quarantined; {} files, {} ignored",
      BytesText(receipt.bytes.total()), BytesText(receipt.bytes.records),
      BytesText(receipt.bytes.envelope), BytesText(receipt.bytes.quarantined), receipt.files.size(),
      receipt.ignored.size()));
  for (const auto& [reason, count] : receipt.reasons) {
    console.Print(fmt::format("quarantined {} for {}", WithThousands(count), reason));
  }
  for (const ingest::FileAccount& file : receipt.files) {
    if (!file.error.empty()) console.Print(fmt::format("{}: {}", file.file, file.error));
  }
  if (!receipt.signature.empty()) console.Print("receipt " + receipt.id.value());
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const IngestArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  ingest::IngestRequest request;
  request.paths = arguments.paths;
  if (!arguments.source.empty()) request.source = arguments.source;
  if (arguments.mode == IngestArguments::Mode::kCheck) {
    request.mode = ingest::IngestRequest::Mode::kCheck;
  }
  request.limits = stack->ingest_limits();
  ProgressLine line(context.console);
  if (context.console.interactive()) {
    request.on_progress = [&line](const ingest::Progress& progress) { line.Show(progress); };
  }
  HEALIX_TRY(const auto outcome, ingest::Ingest(stack->ingest_parts(), request));
  context.console.EndProgress();
  if (context.console.style() == Style::kJson) {
    context.console.Print(ingest::SummaryJson(outcome.receipt));
  } else {
    PrintSummary(context.console, outcome);
  }
  if (outcome.stopped) return *outcome.stopped;
  const bool strict = arguments.quarantine == IngestArguments::Quarantine::kStrict;
  return strict && outcome.receipt.totals.quarantined > 0 ? ExitCode::kQuarantined
                                                          : ExitCode::kDone;
}

}  // namespace healix::app
