// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/bundle_rules_internal.h"
#include "formats/fhir/fhir_identity_internal.h"
#include "formats/fhir/fhir_xml_source_internal.h"
#include "formats/xml/xml_children.h"

namespace healix::formats::fhir {
namespace {

using xml::XmlPiece;
using xml::XmlPieceKind;

constexpr std::string_view kFhirNameSpace = "http://hl7.org/fhir";

/// The first `resource` child of an entry and the resource in it, both empty when there is none.
struct EntryParts {
  std::string_view child;
  std::string_view resource;
  EntryResponse response = EntryResponse::kAbsent;
};

EntryParts FindParts(std::string_view entry) {
  EntryParts parts;
  xml::XmlChildren children(entry);
  while (const auto child = children.Next()) {
    if (child->name == "response") parts.response = EntryResponse::kPresent;
    if (child->name != "resource" || !parts.child.empty()) continue;
    const auto resource = xml::XmlChildren(child->text).Next();
    parts.child = child->text;
    if (resource) parts.resource = resource->text;
  }
  return parts;
}

/// `whole` without its part `part`.
std::string Without(std::string_view whole, std::string_view part) {
  if (part.empty()) return std::string(whole);
  const auto at = static_cast<std::size_t>(part.data() - whole.data());
  return std::string(whole.substr(0, at)).append(whole.substr(at + part.size()));
}

Error NotFhir(std::uint64_t offset) {
  return MakeError(ErrorCode::kFhirResourceInvalid, "the element is not in the name space of FHIR")
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

}  // namespace

Result<std::unique_ptr<FhirSource>> FhirXmlSource::Create(std::unique_ptr<StreamWindow> window,
                                                          const FhirCutterOptions& options) {
  xml::XmlCutterOptions cutter_options;
  cutter_options.record_bytes_max = options.record_bytes_max;
  cutter_options.depth_max = options.depth_max;
  cutter_options.opened_name = "Bundle";
  cutter_options.element_name = "entry";
  HEALIX_TRY(auto cutter, xml::XmlCutter::Create(std::move(window), std::move(cutter_options)));
  return std::unique_ptr<FhirSource>(new FhirXmlSource(std::move(cutter), options));
}

FhirXmlSource::FhirXmlSource(std::unique_ptr<xml::XmlCutter> cutter,
                             const FhirCutterOptions& options)
    : cutter_(std::move(cutter)),
      reserved_types_(options.reserved_types),
      envelope_(FhirSyntax::kXml, options.envelope_bytes_max) {}

Result<std::optional<FhirRecord>> FhirXmlSource::Next() {
  for (;;) {
    if (envelope_due_ || envelope_.IsFull()) {
      envelope_due_ = false;
      return std::optional(envelope_.TakePiece());
    }
    const auto next = cutter_->Next();
    const XmlPiece* const piece = next && *next ? &**next : nullptr;
    std::optional<FhirRecord> record = piece != nullptr ? Take(*piece) : std::nullopt;
    if (record) {
      const bool rejected = record->kind == FhirRecordKind::kRejected;
      (rejected ? account_.rejected_bytes : account_.record_bytes) += record->length;
    }
    account_.envelope_bytes =
        cutter_->account().total_bytes() - account_.record_bytes - account_.rejected_bytes;
    if (!next) return next.error();
    if (record || piece == nullptr) return record;
  }
}

std::optional<FhirRecord> FhirXmlSource::Take(const XmlPiece& piece) {
  switch (piece.kind) {
    case XmlPieceKind::kValue:
      return TakeResource(NewRecord(piece));
    case XmlPieceKind::kOpen:
      envelope_.Begin(piece.offset);
      return std::nullopt;
    case XmlPieceKind::kChild:
      return TakeChild(piece);
    case XmlPieceKind::kElement:
      return TakeEntry(piece);
    case XmlPieceKind::kClose:
      envelope_due_ = true;
      return std::nullopt;
    case XmlPieceKind::kRejected:
      break;
  }
  FhirRecord record = NewRecord(piece);
  record.kind = FhirRecordKind::kRejected;
  record.rejection = piece.rejection;
  return record;
}

FhirRecord FhirXmlSource::NewRecord(const XmlPiece& piece) const {
  FhirRecord record;
  record.syntax = FhirSyntax::kXml;
  record.offset = piece.offset;
  record.length = piece.length;
  record.bytes = piece.bytes;
  return record;
}

std::optional<FhirRecord> FhirXmlSource::TakeChild(const XmlPiece& piece) {
  const auto member = parser_.Parse(piece.bytes);
  const auto fault = member ? JudgeXmlChild(parser_.name(), *member) : member.error();
  if (!fault) {
    envelope_.AddMember(*member);
    return std::nullopt;
  }
  return Rejected(NewRecord(piece),
                  LocateIn(*fault, piece.offset, piece.bytes, cutter_->encoding()));
}

/// True when `child`, a `resource` of an entry, has nothing in it but `resource`.
bool FhirXmlSource::HoldsOnly(std::string_view child, std::string_view resource) {
  const auto frame = parser_.Parse(Without(child, resource));
  return frame && frame->ends_with("/>") && frame->rfind('<') == 0;
}

std::optional<FhirRecord> FhirXmlSource::TakeEntry(const XmlPiece& piece) {
  const EntryParts found = FindParts(piece.bytes);
  FhirRecord record = NewRecord(piece);
  if (!found.resource.empty() && !HoldsOnly(found.child, found.resource)) {
    return Rejected(std::move(record), NotAnEntry(piece.offset));
  }
  remainder_ = Without(piece.bytes, found.child);
  const auto remainder = parser_.Parse(remainder_);
  if (!remainder) {
    const Error& error = remainder.error();  // its offset is that in the shortened text
    return Rejected(std::move(record),
                    Error(error.code(), error.message())
                        .At({.file = {}, .byte_offset = piece.offset, .line = std::nullopt}));
  }
  const std::string method = parser_.Value({"request", "method"}).value_or("");
  const bool lacks_one =
      found.resource.empty() && (!found.child.empty() || !MayLackResource(method, found.response));
  if (lacks_one || HidesXmlResource(*remainder)) {
    return Rejected(std::move(record), NotAnEntry(piece.offset));
  }
  envelope_.AddEntry(*remainder);
  record.full_url = parser_.Value({"fullUrl"}).value_or("");
  record.request_method = method;
  record.request_url = parser_.Value({"request", "url"}).value_or("");
  record.if_none_exist = parser_.Value({"request", "ifNoneExist"}).value_or("");
  if (record.request_method == "DELETE") {
    record.kind = FhirRecordKind::kTombstone;
    record.last_updated_text = parser_.Value({"response", "lastModified"}).value_or("");
    const Status identified = IdentifyDeleted(reserved_types_, record);
    if (!identified) return Rejected(std::move(record), identified.error());
    return record;
  }
  if (found.resource.empty()) return std::nullopt;
  const auto before = static_cast<std::size_t>(found.resource.data() - piece.bytes.data());
  record.offset += SourceBytes(cutter_->encoding(), piece.bytes.substr(0, before));
  record.length = SourceBytes(cutter_->encoding(), found.resource);
  record.bytes = found.resource;
  return TakeResource(std::move(record));
}

FhirRecord FhirXmlSource::TakeResource(FhirRecord record) {
  const auto canonical = parser_.Parse(record.bytes);
  if (!canonical) {
    const Error error =
        LocateIn(canonical.error(), record.offset, record.bytes, cutter_->encoding());
    return Rejected(std::move(record), error);
  }
  const std::string name_space = parser_.name_space();
  if (!name_space.empty() && name_space != kFhirNameSpace) {
    const Error error = NotFhir(record.offset);
    return Rejected(std::move(record), error);
  }
  ClaimedIdentity claimed;
  claimed.resource_type = parser_.name();
  claimed.id = parser_.Value({"id"});
  claimed.version_id = parser_.Value({"meta", "versionId"});
  claimed.last_updated = parser_.Value({"meta", "lastUpdated"});
  const Status identified = Identify(std::move(claimed), reserved_types_, record);
  if (!identified) return Rejected(std::move(record), identified.error());
  record.canonical = *canonical;
  return record;
}

}  // namespace healix::formats::fhir
