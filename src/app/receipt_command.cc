// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/receipt_output.h"
#include "app/stack.h"
#include "base/time/instant.h"
#include "lakehouse/ingest/receipt.h"

namespace healix::app {
namespace {

namespace ingest = lakehouse::ingest;
using Json = nlohmann::ordered_json;

Result<ExitCode> List(Console& console, const ingest::Parts& parts) {
  constexpr std::size_t kLinesMax = 1000;
  HEALIX_TRY(const auto lines, ingest::ListReceipts(parts, kLinesMax));
  Json array = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const ingest::ReceiptLine& line : lines) {
    const std::string finished = base::FormatInstant(line.finished_at);
    array.push_back({{"receipt", line.id.value()},
                     {"finished_at", finished},
                     {"found", line.totals.found()},
                     {"written", line.totals.written},
                     {"duplicate", line.totals.duplicate},
                     {"quarantined", line.totals.quarantined},
                     {"bytes", line.bytes}});
    rows.push_back({line.id.value(), finished, WithThousands(line.totals.found()),
                    WithThousands(line.totals.written), WithThousands(line.totals.duplicate),
                    WithThousands(line.totals.quarantined), BytesText(line.bytes)});
  }
  if (console.style() == Style::kJson) {
    console.Print(array.dump());
  } else {
    console.PrintTable(
        {"receipt", "finished", "found", "written", "duplicate", "quarantined", "content"}, rows);
  }
  return ExitCode::kDone;
}

Result<ExitCode> Verify(Console& console, const ingest::Parts& parts, const std::string& id) {
  HEALIX_TRY(const auto verified, ingest::VerifyReceipt(parts, ingest::ReceiptId(id)));
  if (console.style() == Style::kJson) {
    console.Print(Json{{"receipt", id},
                       {"valid", true},
                       {"files", verified.files},
                       {"rows", verified.rows},
                       {"quarantined", verified.quarantined}}
                      .dump());
  } else {
    console.Print(
        fmt::format("valid: the signature fits, {} files, {} rows and {} in quarantine agree",
                    WithThousands(verified.files), WithThousands(verified.rows),
                    WithThousands(verified.quarantined)));
  }
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> RunCommand(const Context& context, const ReceiptArguments& arguments) {
  HEALIX_TRY(const auto stack, Stack::Open(context.home_folder));
  const ingest::Parts parts = stack->ingest_parts();
  switch (arguments.action) {
    case ReceiptArguments::Action::kList:
      return List(context.console, parts);
    case ReceiptArguments::Action::kShow: {
      HEALIX_TRY(const auto receipt, ingest::ShowReceipt(parts, ingest::ReceiptId(arguments.id)));
      if (context.console.style() == Style::kJson) {
        context.console.Print(ingest::SignedJson(receipt));
      } else {
        PrintWholeReceipt(context.console, receipt);
      }
      return ExitCode::kDone;
    }
    case ReceiptArguments::Action::kVerify:
      return Verify(context.console, parts, arguments.id);
  }
  HEALIX_CHECK(false, "an action outside the enum");
}

}  // namespace healix::app
