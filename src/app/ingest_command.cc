// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "app/commands.h"
#include "app/receipt_output.h"
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
  stack->log().Info("ingest.ended", {{"written", outcome.receipt.totals.written},
                                     {"duplicate", outcome.receipt.totals.duplicate},
                                     {"quarantined", outcome.receipt.totals.quarantined}});
  context.console.EndProgress();
  if (context.console.style() == Style::kJson) {
    context.console.Print(ingest::SummaryJson(outcome.receipt));
  } else {
    PrintReceiptSummary(context.console, outcome.receipt);
  }
  if (outcome.stopped) return *outcome.stopped;
  const bool strict = arguments.quarantine == IngestArguments::Quarantine::kStrict;
  return strict && outcome.receipt.totals.quarantined > 0 ? ExitCode::kQuarantined
                                                          : ExitCode::kDone;
}

}  // namespace healix::app
