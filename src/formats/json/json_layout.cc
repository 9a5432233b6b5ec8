// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_layout_internal.h"
#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {
namespace {

constexpr std::string_view kLineBlanks = " \t\r";

/// Judges a first value that is still open where its line ends. Valid JSON goes on after a comma,
/// colon or opening bracket; a line that breaks off elsewhere, with `{` in the first column of
/// the next one, is a damaged line of NDJSON.
JsonLayout JudgeOpenLine(std::string_view line, char next_line_first) {
  if (next_line_first != '{') return JsonLayout::kValues;
  const std::size_t last = line.find_last_not_of(kLineBlanks);
  const bool goes_on = std::string_view("{[,:").find(line[last]) != std::string_view::npos;
  return goes_on ? JsonLayout::kValues : JsonLayout::kLines;
}

}  // namespace

std::optional<JsonLayout> SniffLayout(std::string_view text, TextRest rest) {
  if (text.empty()) return JsonLayout::kLines;
  if (text.front() == '[') return JsonLayout::kArray;
  if (text.front() != '{') return JsonLayout::kLines;
  text = text.substr(0, kLayoutHeadBytes);  // more must not change the answer
  StructureScanner scanner(text.front(), NewlineRule::kEndsAll);
  const ScanStep step = scanner.Scan(text);
  const bool undecided = rest == TextRest::kMore && text.size() < kLayoutHeadBytes;
  switch (step.outcome) {
    case ScanOutcome::kMore:
      break;
    case ScanOutcome::kEnd: {
      const std::size_t behind = text.find_first_not_of(kLineBlanks, step.bytes);
      if (behind == std::string_view::npos) break;
      return text[behind] == '\n' ? JsonLayout::kLines : JsonLayout::kValues;
    }
    case ScanOutcome::kNewline:
      if (step.bytes + 1 == text.size()) break;
      return JudgeOpenLine(text.substr(0, step.bytes), text[step.bytes + 1]);
  }
  if (undecided) return std::nullopt;
  return JsonLayout::kLines;
}

}  // namespace healix::formats::json
