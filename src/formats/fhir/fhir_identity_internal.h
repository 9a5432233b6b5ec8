// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file The rules by which a resource gets its type, id and version, in any syntax.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "formats/cutting/text_encoding.h"
#include "formats/fhir/fhir_cutter.h"

namespace healix::formats::fhir {

/// What a resource says about itself, before any rule. Unset: absent, or not of the right kind.
struct ClaimedIdentity {
  std::optional<std::string> resource_type;
  std::optional<std::string> id;
  std::optional<std::string> version_id;
  std::optional<std::string> last_updated;
};

/// Fills type, id, version and time of `record`, whose full_url is already there, and notes what
/// is unusual as warnings.
/// Errors   kFhirResourceInvalid when the type has not its form, or is one of `reserved_types`.
Status Identify(ClaimedIdentity claimed, const std::vector<std::string>& reserved_types,
                FhirRecord& record);

/// Fills type and id of a tombstone from its request_url, its time from last_updated_text.
/// Errors   kFhirResourceInvalid unless the url is `Type/id` (conditional deletes name no record).
Status IdentifyDeleted(const std::vector<std::string>& reserved_types, FhirRecord& record);

/// Turns a record that can't be one into a rejection of its bytes.
FhirRecord Rejected(FhirRecord record, const Error& error);

/// Moves the position of a parser's error from inside `bytes` to the source, where they start at
/// `offset`.
Error LocateIn(const Error& error, std::uint64_t offset, std::string_view bytes,
               TextEncoding encoding);

}  // namespace healix::formats::fhir
