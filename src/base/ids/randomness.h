// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gives random bytes: from the operating system, or the same ones again for a test.

#include <cstddef>
#include <cstdint>
#include <span>

namespace healix::base {

/// Fills buffers with bytes nobody can foresee (or, in a test, everybody can).
class Randomness {
 public:
  virtual ~Randomness() = default;
  virtual void Fill(std::span<std::byte> buffer) = 0;

  /// Returns 64 random bits.
  std::uint64_t Next64();
};

/// Returns the operating system's source, fit for keys. Lives for ever.
/// Threads  any.
Randomness& SystemRandomness();

/// Repeats the same bytes for the same seed on every machine. Never for keys.
/// Source   SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
/// Threads  one at a time.
class SeededRandomness final : public Randomness {
 public:
  explicit SeededRandomness(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::byte> buffer) override;

 private:
  std::uint64_t Step();
  std::uint64_t state_;
};

}  // namespace healix::base
