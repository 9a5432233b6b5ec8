// SPDX-License-Identifier: Apache-2.0
#include "app/receipt_output.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/time/instant.h"

namespace healix::app {
namespace {

namespace ingest = lakehouse::ingest;

std::vector<std::string> CountsRow(std::string name, const ingest::RecordCounts& counts) {
  return {std::move(name), WithThousands(counts.found()), WithThousands(counts.written),
          WithThousands(counts.duplicate), WithThousands(counts.quarantined)};
}

void PrintFiles(Console& console, const ingest::FileAccounts& files) {
  std::vector<std::vector<std::string>> rows;
  for (const ingest::FileAccount& file : files) {
    rows.push_back(CountsRow(file.file, ingest::Sum(file.types)));
    rows.back().push_back(BytesText(file.bytes.total()));
  }
  console.PrintTable({"file", "found", "written", "duplicate", "quarantined", "content"}, rows);
}

void PrintIgnored(Console& console, const std::vector<ingest::IgnoredFile>& files) {
  if (files.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const ingest::IgnoredFile& file : files) {
    rows.push_back({file.file, file.rule, BytesText(file.size_bytes)});
  }
  console.Print("");
  console.PrintTable({"ignored", "rule", "size"}, rows);
}

}  // namespace

void PrintReceiptSummary(Console& console, const ingest::Receipt& receipt) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [type, counts] : receipt.types) {
    rows.push_back(CountsRow(type.empty() ? "(unreadable)" : type, counts));
  }
  rows.push_back(CountsRow("total", receipt.totals));
  console.PrintTable({"type", "found", "written", "duplicate", "quarantined"}, rows);
  console.Print(fmt::format(
      "\n{} of content: {} in records, {} around them, {} quarantined; {} files, {} ignored",
      BytesText(receipt.bytes.total()), BytesText(receipt.bytes.records),
      BytesText(receipt.bytes.envelope), BytesText(receipt.bytes.quarantined),
      WithThousands(receipt.files.size()), WithThousands(receipt.ignored.size())));
  for (const auto& [reason, count] : receipt.reasons) {
    console.Print(fmt::format("quarantined {} for {}", WithThousands(count), reason));
  }
  for (const ingest::FileAccount& file : receipt.files) {
    if (!file.error.empty()) console.Print(fmt::format("{}: {}", file.file, file.error));
  }
  if (receipt.status == ingest::RunStatus::kInterrupted) {
    console.Print("interrupted: this is what was committed");
  }
  if (!receipt.signature.empty()) console.Print("receipt " + receipt.id.value());
}

void PrintWholeReceipt(Console& console, const ingest::Receipt& receipt) {
  console.Print(fmt::format("{}, ingest {}", receipt.program, receipt.ingest.value()));
  console.Print(fmt::format("{} to {}\n", base::FormatInstant(receipt.started_at),
                            base::FormatInstant(receipt.finished_at)));
  PrintFiles(console, receipt.files);
  PrintIgnored(console, receipt.ignored);
  console.Print("");
  PrintReceiptSummary(console, receipt);
  console.Print(fmt::format("signed by key {} (Ed25519); with --json: the signed document",
                            receipt.public_key));
}

}  // namespace healix::app
