// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Says what in a Bundle may be envelope, so that nothing that may be a record passes for it.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result/error.h"

namespace healix::formats::fhir {

/// Whether an entry tells of the answer to its request.
enum class EntryResponse : std::uint8_t { kAbsent, kPresent };

/// True when an entry makes sense without a resource: it asks for one, deletes one, or answers (R4,
/// Bundle, bdl-5: an entry has a resource unless there is a request or response).
bool MayLackResource(std::string_view request_method, EntryResponse response);

/// True when canonical JSON of an entry without its `resource` has one elsewhere (a `resourceType`
/// inside), `response` aside: its `outcome` may be one.
bool HidesJsonResource(std::string_view entry);

/// The same for canonical XML: only names of resources start with a capital letter.
bool HidesXmlResource(std::string_view entry);

/// An entry that is neither a resource nor may lack one.
Error NotAnEntry(std::uint64_t offset);

/// Judges the members of JSON Bundles, one Bundle after the other.
/// Owns     the names seen so far, at most kNamesMax.
/// Example  FhirBundleTest.NothingThatMayBeARecordIsEnvelope
class BundleMembers final {
 public:
  static constexpr std::size_t kNamesMax = 256;

  void Begin() { names_.clear(); }
  /// Judges canonical `{"name":value}`. Nothing when the member is envelope.
  /// Errors   kJsonDuplicateKey; kFhirResourceInvalid for an `entry` that is no array, a
  ///          resourceType that is no Bundle, a value that has a resource in it (`issues` aside),
  ///          and too many names.
  std::optional<Error> Judge(std::string_view object);
  bool has_resource_type() const { return names_.contains("resourceType"); }

 private:
  std::set<std::string, std::less<>> names_;
};

/// Judges a child of an XML Bundle that is no entry, canonical: as BundleMembers::Judge().
std::optional<Error> JudgeXmlChild(std::string_view name, std::string_view child);

}  // namespace healix::formats::fhir
