// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstring>

#include "formats/json/structure_scanner_internal.h"

namespace healix::formats::json {
namespace {

/// Turns marks of quotes into marks of what lies between them.
std::uint64_t PrefixXor(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

std::uint64_t LowBits(std::size_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

}  // namespace

StructureScanner::StructureScanner(char first, NewlineRule rule) : rule_(rule) {
  const bool container = first == '{' || first == '[';
  kind_ = container ? Kind::kContainer : first == '"' ? Kind::kString : Kind::kScalar;
}

ScanStep StructureScanner::Scan(std::string_view text) {
  if (kind_ == Kind::kScalar) return ScanScalar(text);
  std::size_t at = 0;
  while (at < text.size()) {
    ScanStep step;
    const std::size_t rest = text.size() - at;
    if (rest >= kStructureBlockBytes) {
      step = ScanBlock(text.data() + at, kStructureBlockBytes);
    } else {
      char padded[kStructureBlockBytes];
      std::memset(padded, ' ', sizeof(padded));
      std::memcpy(padded, text.data() + at, rest);
      step = ScanBlock(padded, rest);
    }
    at += step.bytes;
    if (step.outcome != ScanOutcome::kMore) return {step.outcome, at};
  }
  return {ScanOutcome::kMore, text.size()};
}

ScanStep StructureScanner::ScanScalar(std::string_view text) const {
  const std::size_t end = text.find_first_of(" \t\r\n,:[]{}\"");
  if (end == std::string_view::npos) return {ScanOutcome::kMore, text.size()};
  return {ScanOutcome::kEnd, end};
}

std::uint64_t StructureScanner::FindEscaped(std::uint64_t backslash) {
  constexpr std::uint64_t kEvenBits = 0x5555555555555555ULL;
  backslash &= ~first_escaped_;
  const std::uint64_t follows = backslash << 1 | first_escaped_;
  const std::uint64_t odd_starts = backslash & ~kEvenBits & ~follows;
  std::uint64_t even_sequences = 0;
  first_escaped_ = __builtin_add_overflow(odd_starts, backslash, &even_sequences) ? 1 : 0;
  return (kEvenBits ^ (even_sequences << 1)) & follows;
}

ScanStep StructureScanner::ScanBlock(const char* block, std::size_t bytes) {
  StructureMasks masks = FindStructure(block);
  if ((masks.backslash | first_escaped_) != 0) {
    const std::uint64_t escaped = FindEscaped(masks.backslash);
    masks.quote &= ~escaped;
    if (bytes < kStructureBlockBytes) first_escaped_ = escaped >> bytes & 1;
  }
  masks.newline &= rule_ == NewlineRule::kEndsAll ? LowBits(bytes) : 0;
  if (kind_ == Kind::kString) return ScanStringBlock(masks, bytes);

  const std::uint64_t inside = PrefixXor(masks.quote) ^ in_string_;
  in_string_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(inside) >> 63);
  masks.open &= ~inside;
  masks.close &= ~inside;
  const auto closed = static_cast<std::uint64_t>(std::popcount(masks.close));
  if (closed < depth_ && masks.newline == 0) {
    depth_ += static_cast<std::uint64_t>(std::popcount(masks.open)) - closed;
    return {ScanOutcome::kMore, bytes};
  }
  std::uint64_t marks = masks.open | masks.close | masks.newline;
  for (; marks != 0; marks &= marks - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(marks));
    if ((masks.newline >> at & 1) != 0) return {ScanOutcome::kNewline, at};
    depth_ += (masks.open >> at & 1) != 0 ? 1 : std::uint64_t(-1);
    if (depth_ == 0) return {ScanOutcome::kEnd, at + 1};
  }
  return {ScanOutcome::kMore, bytes};
}

ScanStep StructureScanner::ScanStringBlock(const StructureMasks& masks, std::size_t bytes) {
  std::uint64_t marks = masks.quote | masks.newline;
  for (; marks != 0; marks &= marks - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(marks));
    if ((masks.newline >> at & 1) != 0) return {ScanOutcome::kNewline, at};
    if (opened_) return {ScanOutcome::kEnd, at + 1};
    opened_ = true;
  }
  return {ScanOutcome::kMore, bytes};
}

}  // namespace healix::formats::json
