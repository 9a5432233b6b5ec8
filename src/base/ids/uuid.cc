// SPDX-License-Identifier: Apache-2.0
#include "base/ids/uuid.h"

#include <algorithm>
#include <span>

#include "base/hash/hex.h"

namespace healix::base {
namespace {

constexpr std::uint32_t kCountMax = 0xFFF;

/// Where the text of a UUID has its dashes.
constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};

void Mark(Uuid& uuid, std::uint8_t version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | version << 4);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::string Uuid::ToString() const {
  std::string text = EncodeHex(std::as_bytes(std::span(bytes)));
  for (const std::size_t dash : kDashes) text.insert(dash, 1, '-');
  return text;
}

Result<Uuid> ParseUuid(std::string_view text) {
  const bool dashed =
      text.size() == 36 &&
      std::all_of(kDashes.begin(), kDashes.end(), [&](std::size_t at) { return text[at] == '-'; });
  if (!dashed) {
    return MakeError(ErrorCode::kInvalidArgument, "a text of {} characters is not a UUID",
                     text.size());
  }
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
  HEALIX_TRY(const auto bytes, DecodeHex(digits));
  Uuid uuid;
  if (bytes.size() != uuid.bytes.size()) {
    return MakeError(ErrorCode::kInvalidArgument, "a UUID has 32 digits, not {}", digits.size());
  }
  std::transform(bytes.begin(), bytes.end(), uuid.bytes.begin(),
                 [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  return uuid;
}

Uuid MakeUuidV4(Randomness& randomness) {
  Uuid uuid;
  randomness.Fill(std::as_writable_bytes(std::span(uuid.bytes)));
  Mark(uuid, 4);
  return uuid;
}

Uuid UuidV7Source::Next() {
  const std::lock_guard lock(mutex_);
  Uuid uuid = MakeUuidV4(randomness_);
  const std::int64_t micros = std::max<std::int64_t>(ToMicros(clock_.Now()), 0);
  const std::uint64_t millis = static_cast<std::uint64_t>(micros) / 1000;
  if (millis > last_millis_) {
    last_millis_ = millis;
    count_ = uuid.bytes[6] & 0x7;  // a random start; the rest of the count is room to grow
  } else if (++count_ > kCountMax) {
    ++last_millis_;
    count_ = 0;
  }
  for (std::size_t i = 0; i < 6; ++i) {
    uuid.bytes[i] = static_cast<std::uint8_t>(last_millis_ >> (40 - 8 * i));
  }
  uuid.bytes[6] = static_cast<std::uint8_t>(count_ >> 8);
  uuid.bytes[7] = static_cast<std::uint8_t>(count_ & 0xFF);
  Mark(uuid, 7);
  return uuid;
}

}  // namespace healix::base
