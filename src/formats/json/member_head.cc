// SPDX-License-Identifier: Apache-2.0
#include "formats/json/member_head_internal.h"
namespace healix::formats::json {
namespace {

constexpr std::size_t kHeadBytesMax = std::size_t{64} << 10;

/// What the front of a text is: a head, none, or not to be said yet.
enum class Verdict : std::uint8_t { kHead, kNone, kIncomplete };

struct Reading {
  Verdict verdict = Verdict::kIncomplete;
  MemberHead head;
};

Reading ReadFront(std::string_view text, NewlineRule rule) {
  const std::string_view blanks = rule == NewlineRule::kEndsAll ? " \t\r" : " \t\r\n";
  if (text.empty()) return {};
  if (text.front() != '"') return {Verdict::kNone, {}};
  StructureScanner scanner(text.front(), NewlineRule::kEndsAll);
  const ScanStep name = scanner.Scan(text);
  if (name.outcome == ScanOutcome::kMore) return {};
  if (name.outcome == ScanOutcome::kNewline) return {Verdict::kNone, {}};
  const std::size_t colon = text.find_first_not_of(blanks, name.bytes);
  if (colon == std::string_view::npos) return {};
  if (text[colon] != ':') return {Verdict::kNone, {}};
  const std::size_t value = text.find_first_not_of(blanks, colon + 1);
  if (value == std::string_view::npos) return {};
  const bool none = std::string_view(",:]}\n").find(text[value]) != std::string_view::npos;
  return {none ? Verdict::kNone : Verdict::kHead, {name.bytes - 2, value}};
}

}  // namespace

Result<std::optional<MemberHead>> ReadMemberHead(StreamWindow& window, NewlineRule rule) {
  for (;;) {
    const std::string_view text = window.text().substr(0, kHeadBytesMax);
    const Reading reading = ReadFront(text, rule);
    if (reading.verdict == Verdict::kHead) return std::optional(reading.head);
    if (reading.verdict == Verdict::kNone || text.size() == kHeadBytesMax) break;
    HEALIX_TRY(const bool more, window.More());
    if (!more) break;
  }
  return std::optional<MemberHead>();
}

}  // namespace healix::formats::json
