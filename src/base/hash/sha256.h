// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Hashes bytes with SHA-256 (FIPS 180-4), at once or as they stream by.

#include <array>
#include <compare>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result/result.h"

namespace healix::base {

/// Holds one SHA-256 value. Compares byte by byte, like its hexadecimal text.
struct Sha256Digest {
  std::array<std::byte, 32> bytes{};

  /// Returns 64 lower-case hexadecimal digits.
  std::string ToHex() const;
  auto operator<=>(const Sha256Digest&) const = default;
};

/// Hashes bytes as they come.
/// Owns     one digest context.
/// Threads  one at a time.
/// Example  Sha256Test.StreamsLikeOneShot
class Sha256 final {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void Update(std::span<const std::byte> bytes);
  void Update(std::string_view text);
  /// Returns the hash of everything since the start or the last Finish(), and starts anew.
  Sha256Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Hashes bytes that are all there. Cheap for small records: no allocation.
/// Threads  any.
Sha256Digest Sha256Of(std::span<const std::byte> bytes);
Sha256Digest Sha256Of(std::string_view text);

/// Reads the text of ToHex(), in either case.
/// Errors   kInvalidArgument unless it is 64 hexadecimal digits.
Result<Sha256Digest> ParseSha256(std::string_view hex);

}  // namespace healix::base
