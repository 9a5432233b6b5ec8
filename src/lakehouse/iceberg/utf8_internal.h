// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts and raises UTF-8 text by code points, for bounds and the truncate transform.

#include <cstdint>
#include <string>
#include <string_view>

namespace healix::lakehouse::iceberg {

inline bool IsUtf8Continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

/// Returns the first `count` code points.
inline std::string_view Utf8Prefix(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!IsUtf8Continuation(text[at]) && count-- == 0) break;
  }
  return text.substr(0, at);
}

/// Reads the first code point of text that was checked before; bad text gives some number.
inline std::uint32_t DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::uint32_t mask = lead < 0x80 ? 0x7F : lead < 0xE0 ? 0x1F : lead < 0xF0 ? 0x0F : 0x07;
  std::uint32_t code_point = lead & mask;
  for (std::size_t i = 1; i < text.size() && i < 4 && IsUtf8Continuation(text[i]); ++i) {
    code_point = (code_point << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  return code_point;
}

/// Returns the next code point that is a character of UTF-8, 0 behind the last.
inline std::uint32_t NextCodePoint(std::uint32_t code_point) {
  if (code_point >= 0x10FFFF) return 0;
  return code_point == 0xD7FF ? 0xE000 : code_point + 1;
}

inline std::string EncodeUtf8(std::uint32_t code_point) {
  const auto tail = [code_point](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0 | (code_point >> 6)), tail(0)};
  if (code_point < 0x10000) {
    return {static_cast<char>(0xE0 | (code_point >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0 | (code_point >> 18)), tail(12), tail(6), tail(0)};
}

}  // namespace healix::lakehouse::iceberg
