// SPDX-License-Identifier: Apache-2.0
#include "base/ids/randomness.h"

#include <sys/random.h>

#include <cerrno>

#include "base/result/check.h"

namespace healix::base {
namespace {

class KernelRandomness final : public Randomness {
 public:
  void Fill(std::span<std::byte> buffer) override {
    while (!buffer.empty()) {
      const ssize_t got = ::getrandom(buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      HEALIX_CHECK(got > 0, "the kernel gives no randomness");
      buffer = buffer.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::uint64_t Randomness::Next64() {
  std::byte bytes[8];
  Fill(bytes);
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

Randomness& SystemRandomness() {
  static KernelRandomness randomness;
  return randomness;
}

std::uint64_t SeededRandomness::Step() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void SeededRandomness::Fill(std::span<std::byte> buffer) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    if (i % 8 == 0) word = Step();
    buffer[i] = static_cast<std::byte>(word >> (8 * (i % 8)) & 0xFF);
  }
}

}  // namespace healix::base
