// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Throws reproducible dice: whole numbers only, so that every machine sees the same.

#include <array>
#include <cstdint>
#include <span>

#include "base/ids/uuid.h"

namespace healix::data_engineering::synthetic {

/// Gives the same throws for the same seed and stream; streams of one seed are unrelated.
/// Source   SplitMix64 (Steele, Lea, Flood 2014). Never for keys.
class Dice final {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : state_(seed) {
    state_ = Throw() ^ (stream * 0xD1342543DE82EF95u);
    Throw();
  }

  std::uint64_t Throw() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// Returns low to high, both possible.
  int Between(int low, int high) {
    const auto width = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<int>(Throw() % width);
  }

  /// Returns a number around `middle`: the mean of three throws of ± `spread`.
  int Around(int middle, int spread) {
    const int sum = Between(-spread, spread) + Between(-spread, spread) + Between(-spread, spread);
    return middle + sum / 3;
  }

  bool Chance(int permille) { return Between(0, 999) < permille; }

  template <typename T, std::size_t N>
  const T& Pick(const std::array<T, N>& from) {
    return from[Throw() % N];
  }

  base::Uuid MakeUuid() {
    base::Uuid uuid;
    for (std::size_t half = 0; half < 2; ++half) {
      const std::uint64_t word = Throw();
      for (std::size_t i = 0; i < 8; ++i) {
        uuid.bytes[8 * half + i] = static_cast<std::uint8_t>(word >> (8 * i));
      }
    }
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
  }

 private:
  std::uint64_t state_;
};

}  // namespace healix::data_engineering::synthetic
