// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Gathers what a Bundle says besides its resources, in pieces of bounded size.

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// Builds envelopes, one Bundle after the other, from canonical text.
/// Owns     the text of the piece in work and of the last one taken.
/// Threads  one at a time.
/// PHI      everything in it.
class BundleEnvelope final {
 public:
  BundleEnvelope(FhirSyntax syntax, std::uint64_t piece_bytes_max)
      : syntax_(syntax), piece_bytes_max_(piece_bytes_max) {}

  void Begin(std::uint64_t bundle_offset);
  /// Takes a member of the Bundle other than its entries: `"name":value` or `<name .../>`.
  void AddMember(std::string_view member);
  /// Takes an entry without its resource.
  void AddEntry(std::string_view entry);

  /// True when the piece has reached its size.
  bool IsFull() const { return members_.size() + entries_.size() >= piece_bytes_max_; }
  /// Hands out the piece in work and starts the next; its bytes live until the next call.
  FhirRecord TakePiece();

 private:
  void Append(std::string_view part, std::string& list) const;

  FhirSyntax syntax_;
  std::uint64_t piece_bytes_max_;
  std::uint64_t bundle_offset_ = 0;
  std::uint64_t part_ = 0;
  std::string members_;
  std::string entries_;
  std::string text_;
};

}  // namespace healix::formats::fhir
