// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gathers what a Bundle says besides its resources, in pieces of bounded size.

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// Builds envelopes, one Bundle after the other, from canonical JSON.
/// Owns     the text of the piece in work and of the last one taken.
/// Threads  one at a time.
/// PHI      everything in it.
class BundleEnvelope final {
 public:
  explicit BundleEnvelope(std::uint64_t piece_bytes_max) : piece_bytes_max_(piece_bytes_max) {}

  void Begin(std::uint64_t bundle_offset);
  /// Takes `{"name":value}`.
  void AddMember(std::string_view object);
  /// Takes an entry of which `resource` is the value to leave out (empty: none).
  void AddEntry(std::string_view entry, std::string_view resource);

  /// True when the piece has reached its size.
  bool IsFull() const { return members_.size() + entries_.size() >= piece_bytes_max_; }
  /// Hands out the piece in work and starts the next; its bytes live until the next call.
  FhirRecord TakePiece();

 private:
  std::uint64_t piece_bytes_max_;
  std::uint64_t bundle_offset_ = 0;
  std::uint64_t part_ = 0;
  std::string members_;
  std::string entries_;
  std::string text_;
};

}  // namespace healix::formats::fhir
