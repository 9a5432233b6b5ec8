// SPDX-License-Identifier: Apache-2.0
#include "formats/cutting/drain.h"
#include "formats/json/value_cutter_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::string_view kLineBlanks = " \t\r";

ScanStep ScanLine(std::string_view text) {
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return {ScanOutcome::kMore, text.size()};
  return {ScanOutcome::kEnd, newline};
}

Error Truncated(std::uint64_t offset) {
  return MakeError(ErrorCode::kInputTruncated, "the input or line ends inside a value")
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

}  // namespace

Error ValueCutter::TooLarge() const {
  return MakeError(ErrorCode::kRecordTooLarge, "a value is longer than {} bytes", record_bytes_max_)
      .At({.file = {}, .byte_offset = window_.offset(), .line = std::nullopt});
}

CutValue ValueCutter::Accept(std::size_t bytes) const {
  return {.bytes = bytes,
          .length = window_.SourceBytesOf(window_.text().substr(0, bytes)),
          .rejection = std::nullopt,
          .line_ended = false};
}

CutValue ValueCutter::Reject(std::size_t bytes, Error error) {
  RejectedRange range;
  range.Add(window_.text().substr(0, bytes));
  CutValue cut = Accept(bytes);
  cut.rejection = range.Finish(std::move(error));
  head_ = range.head();
  return cut;
}

Result<CutValue> ValueCutter::ByStructure(std::size_t begin, NewlineRule rule) {
  StructureScanner scanner(window_.text()[begin], rule);
  const auto scan = [&scanner](std::string_view text) { return scanner.Scan(text); };
  std::size_t scanned = begin;
  for (;;) {
    const ScanStep step = scan(window_.text().substr(scanned));
    scanned += step.bytes;
    if (scanned > record_bytes_max_) return DrainValue(scan, {step.outcome, scanned}, TooLarge());
    if (step.outcome == ScanOutcome::kEnd) return Accept(scanned);
    if (step.outcome == ScanOutcome::kNewline) {
      CutValue cut = Reject(scanned, Truncated(window_.offset()));
      cut.line_ended = true;
      return cut;
    }
    HEALIX_TRY(const bool more, window_.More());
    if (more) continue;
    if (scanner.is_scalar()) return Accept(scanned);
    return Reject(scanned, Truncated(window_.offset()));
  }
}

Result<CutValue> ValueCutter::ByLine() {
  std::size_t scanned = 0;
  for (;;) {
    const ScanStep step = ScanLine(window_.text().substr(scanned));
    scanned += step.bytes;
    if (scanned > record_bytes_max_)
      return DrainValue(ScanLine, {step.outcome, scanned}, TooLarge());
    if (step.outcome == ScanOutcome::kEnd) break;
    HEALIX_TRY(const bool more, window_.More());
    if (!more) break;
  }
  return Accept(window_.text().substr(0, scanned).find_last_not_of(kLineBlanks) + 1);
}

Result<CutValue> ValueCutter::RestOfObject(NewlineRule rule, Error error) {
  StructureScanner scanner('{', rule);
  scanner.Scan("{");
  const auto scan = [&scanner](std::string_view text) { return scanner.Scan(text); };
  return DrainValue(scan, scan(window_.text()), std::move(error));
}

Result<CutValue> ValueCutter::Stray(std::string_view characters, Error error) {
  const auto scan = [characters](std::string_view text) -> ScanStep {
    const std::size_t end = text.find_first_not_of(characters);
    if (end == std::string_view::npos) return {ScanOutcome::kMore, text.size()};
    return {ScanOutcome::kEnd, end};
  };
  return DrainValue(scan, scan(window_.text()), std::move(error));
}

template <typename Scan>
Result<CutValue> ValueCutter::DrainValue(Scan scan, ScanStep step, Error error) {
  ScanOutcome outcome = step.outcome;
  const auto drain_scan = [&](std::string_view text) -> DrainStep {
    const ScanStep next = scan(text);
    outcome = next.outcome;
    return {next.outcome != ScanOutcome::kMore, next.bytes};
  };
  const DrainStep first{outcome != ScanOutcome::kMore, step.bytes};
  HEALIX_TRY(Drained drained, Drain(window_, first, drain_scan, std::move(error)));
  head_ = std::move(drained.head);
  return CutValue{.bytes = 0,
                  .length = drained.length,
                  .rejection = std::move(drained.rejection),
                  .line_ended = outcome == ScanOutcome::kNewline};
}

}  // namespace healix::formats::json
