// SPDX-License-Identifier: Apache-2.0
#include "formats/cutting/utf8.h"

#include <cstdint>
#include <cstring>

namespace healix::formats {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;

/// Bounds of the second byte after a leading byte, and how many follow (RFC 3629 section 4).
struct Sequence {
  std::size_t following = 0;  // 0: no leading byte
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Sequence SequenceOf(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {1};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {3};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

std::size_t SkipAscii(std::string_view text, std::size_t at) {
  while (at + 32 <= text.size()) {
    std::uint64_t words[4];
    std::memcpy(words, text.data() + at, sizeof(words));
    if (((words[0] | words[1] | words[2] | words[3]) & kHighBits) != 0) break;
    at += 32;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  std::size_t at = SkipAscii(text, 0);
  while (at < text.size()) {
    const Sequence sequence = SequenceOf(static_cast<unsigned char>(text[at]));
    if (sequence.following == 0 || text.size() - at <= sequence.following) return at;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    if (second < sequence.second_min || second > sequence.second_max) return at;
    for (std::size_t i = 2; i <= sequence.following; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return at;
    }
    at += sequence.following + 1;
    if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) at = SkipAscii(text, at);
  }
  return std::nullopt;
}

}  // namespace healix::formats
