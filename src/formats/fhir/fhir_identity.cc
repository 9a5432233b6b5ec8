// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/time/instant.h"
#include "formats/fhir/fhir_identity_internal.h"

namespace healix::formats::fhir {
namespace {

constexpr std::size_t kIdCharactersMax = 64;
constexpr std::size_t kTypeCharactersMax = 64;

bool IsSmallLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetterOrDigit(char c) { return IsSmallLetter(c) || IsCapital(c) || (c >= '0' && c <= '9'); }
bool IsSameInLowerCase(char capital_or_small, char small) {
  return (IsCapital(capital_or_small) ? capital_or_small - 'A' + 'a' : capital_or_small) == small;
}

/// FHIR R4, datatypes, id: `[A-Za-z0-9\-\.]{1,64}`.
bool IsFhirId(std::string_view id) {
  return !id.empty() && id.size() <= kIdCharactersMax &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '.'; });
}

/// Takes the path of a url: without query, fragment and version.
std::string_view PathOf(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  return url.substr(0, url.find("/_history"));
}

/// The uuid of `urn:uuid:...`, else the last segment of the path.
std::string_view IdInFullUrl(std::string_view url) {
  if (url.starts_with("urn:")) return url.substr(url.rfind(':') + 1);
  const std::string_view path = PathOf(url);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0: no slash, the whole
}

void Warn(ErrorCode code, std::string path, FhirRecord& record) {
  record.warnings.push_back(
      {.severity = Severity::kWarning,
       .code = code,
       .path = std::move(path),
       .rule = {},
       .position = {.file = {}, .byte_offset = record.offset, .line = std::nullopt}});
}

/// Reads what last_updated_text says.
void TakeInstant(std::string path, FhirRecord& record) {
  if (record.last_updated_text.empty()) return;
  if (const auto at = base::ParseInstant(record.last_updated_text)) {
    record.last_updated = *at;
  } else {
    Warn(ErrorCode::kFhirInstantInvalid, std::move(path), record);
  }
}

void TakeId(std::optional<std::string> claimed, FhirRecord& record) {
  record.id_origin = FhirIdOrigin::kNone;
  if (claimed && !claimed->empty()) {
    record.id = std::move(*claimed);
    record.id_origin = FhirIdOrigin::kResource;
  } else if (const std::string_view id = IdInFullUrl(record.full_url); !id.empty()) {
    record.id = id;
    record.id_origin = FhirIdOrigin::kFullUrl;
  }
  const bool unusual = record.id_origin != FhirIdOrigin::kNone && !IsFhirId(record.id);
  if (unusual || (claimed && claimed->empty() && record.id_origin != FhirIdOrigin::kResource)) {
    Warn(ErrorCode::kFhirIdUnusual, record.resource_type + ".id", record);
  }
}

}  // namespace

bool IsResourceTypeName(std::string_view name, const std::vector<std::string>& reserved) {
  const bool has_form = !name.empty() && name.size() <= kTypeCharactersMax && IsCapital(name[0]) &&
                        std::all_of(name.begin(), name.end(), IsLetterOrDigit) &&
                        std::any_of(name.begin(), name.end(), IsSmallLetter);
  return has_form && std::none_of(reserved.begin(), reserved.end(), [&](const std::string& taken) {
           return std::equal(name.begin(), name.end(), taken.begin(), taken.end(),
                             IsSameInLowerCase);
         });
}

Status Identify(ClaimedIdentity claimed, const std::vector<std::string>& reserved_types,
                FhirRecord& record) {
  if (!claimed.resource_type || !IsResourceTypeName(*claimed.resource_type, reserved_types)) {
    return MakeError(ErrorCode::kFhirResourceInvalid,
                     "resourceType is missing, not a type name, or a name that healix needs itself")
        .At({.file = {}, .byte_offset = record.offset, .line = std::nullopt});
  }
  record.resource_type = std::move(*claimed.resource_type);
  TakeId(std::move(claimed.id), record);
  if (claimed.version_id) record.version_id = std::move(*claimed.version_id);
  if (claimed.last_updated) {
    record.last_updated_text = std::move(*claimed.last_updated);
    TakeInstant(record.resource_type + ".meta.lastUpdated", record);
  }
  return {};
}

Status IdentifyDeleted(const std::vector<std::string>& reserved_types, FhirRecord& record) {
  const std::string_view url = record.request_url;
  const std::string_view path = PathOf(url);
  const std::size_t slash = path.rfind('/');
  const std::string_view parent = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  const std::string_view type = parent.substr(parent.rfind('/') + 1);
  if (url.find('?') != std::string_view::npos || slash + 1 >= path.size() ||
      !IsResourceTypeName(type, reserved_types)) {
    return MakeError(ErrorCode::kFhirResourceInvalid,
                     "the url of a DELETE does not name one resource as Type/id")
        .At({.file = {}, .byte_offset = record.offset, .line = std::nullopt});
  }
  record.resource_type = type;
  record.id = path.substr(slash + 1);
  record.id_origin = FhirIdOrigin::kResource;
  if (!IsFhirId(record.id)) Warn(ErrorCode::kFhirIdUnusual, "Bundle.entry.request.url", record);
  TakeInstant("Bundle.entry.response.lastModified", record);
  return {};
}

FhirRecord Rejected(FhirRecord record, const Error& error) {
  record.kind = FhirRecordKind::kRejected;
  record.rejection = Rejection{error, base::Sha256Of(record.bytes)};
  record.bytes = record.bytes.substr(0, kRejectedHeadBytesMax);
  record.canonical = {};
  return record;
}

Error LocateIn(const Error& error, std::uint64_t offset, std::string_view bytes,
               TextEncoding encoding) {
  const std::uint64_t inside = error.position().byte_offset.value_or(0);
  const std::uint64_t before = SourceBytes(encoding, bytes.substr(0, inside));
  return Error(error.code(), error.message())
      .At({.file = {}, .byte_offset = offset + before, .line = std::nullopt});
}

}  // namespace healix::formats::fhir
