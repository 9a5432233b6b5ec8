// SPDX-License-Identifier: Apache-2.0
#include "base/ids/base64url.h"

#include <cstdint>

namespace healix::base {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string EncodeBase64Url(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const std::byte byte : bytes) {
    bits = bits << 8 | std::to_integer<std::uint32_t>(byte);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      text.push_back(kAlphabet[bits >> bit_count & 63]);
    }
  }
  if (bit_count > 0) text.push_back(kAlphabet[bits << (6 - bit_count) & 63]);
  return text;
}

Result<std::vector<std::byte>> DecodeBase64Url(std::string_view text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t value = kAlphabet.find(text[i]);
    if (value == std::string_view::npos) {
      return MakeError(ErrorCode::kInvalidArgument, "character {} is not base64url", i);
    }
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<std::byte>(bits >> bit_count & 0xFF));
    }
  }
  const std::uint32_t unused = bits & ((1u << bit_count) - 1);
  if (text.size() % 4 == 1 || unused != 0) {
    return MakeError(ErrorCode::kInvalidArgument, "base64url of {} characters ends inside a byte",
                     text.size());
  }
  return bytes;
}

}  // namespace healix::base
