// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/bundle_head_internal.h"
#include "formats/fhir/fhir_identity_internal.h"
#include "formats/fhir/fhir_json_source_internal.h"

namespace healix::formats::fhir {
namespace {

using json::JsonField;
using json::JsonKind;
using json::JsonPiece;
using json::JsonPieceKind;
using json::JsonView;

std::optional<std::string> StringOf(const std::optional<JsonView>& view) {
  return view ? view->String() : std::nullopt;
}

std::optional<JsonView> ViewOf(const std::optional<JsonField>& field) {
  return field ? std::optional(field->value) : std::nullopt;
}

Error NotAResource(std::uint64_t offset) {
  return MakeError(ErrorCode::kFhirResourceInvalid,
                   "a resource must be a JSON object with an id "
                   "that, if there, is a string")
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

/// A Bundle as one value would keep its resources from being records.
Error HiddenBundle(std::uint64_t offset) {
  return MakeError(ErrorCode::kFhirResourceInvalid,
                   "a Bundle does not say in its first {} bytes that it is one",
                   json::kOpenerHeadBytes)
      .At({.file = {}, .byte_offset = offset, .line = std::nullopt});
}

/// The canonical text of an entry without the resource, whose value is the part `resource` of it.
std::string WithoutResource(std::string_view entry, std::string_view resource) {
  constexpr std::string_view kName = "\"resource\":";
  const auto value = static_cast<std::size_t>(resource.data() - entry.data());
  std::string_view before = entry.substr(0, value - kName.size());
  std::string_view behind = entry.substr(value + resource.size());
  if (behind.front() == ',') {
    behind.remove_prefix(1);
  } else if (before.back() == ',') {
    before.remove_suffix(1);
  }
  return std::string(before).append(behind);
}

/// An entry that lacks a closing bracket takes the next one in: then a `{` stands behind a comma
/// where a name must. Returns how many bytes are the broken entry's own, nothing for other errors.
std::optional<std::size_t> OwnBytes(std::string_view entry, const Error& error) {
  const std::size_t at = error.position().byte_offset.value_or(0);
  if (error.code() != ErrorCode::kJsonInvalid || at >= entry.size() || entry[at] != '{') {
    return std::nullopt;
  }
  const std::size_t comma = entry.find_last_not_of(" \t\r\n", at - 1);
  if (at == 0 || comma == 0 || comma == std::string_view::npos || entry[comma] != ',') {
    return std::nullopt;
  }
  return comma;
}

/// Reads what a resource says about itself. Its fields are found by `find`, which gives a view.
template <typename Find>
Result<ClaimedIdentity> ReadIdentity(std::uint64_t offset, Find find) {
  ClaimedIdentity claimed;
  claimed.resource_type = StringOf(find("resourceType"));
  if (const auto id = find("id")) {
    claimed.id = id->String();
    if (!claimed.id) return NotAResource(offset);
  }
  if (const auto meta = find("meta")) {
    claimed.version_id = StringOf(meta->Member("versionId"));
    claimed.last_updated = StringOf(meta->Member("lastUpdated"));
  }
  return claimed;
}

}  // namespace

Result<std::unique_ptr<FhirSource>> FhirJsonSource::Create(std::unique_ptr<StreamWindow> window,
                                                           const FhirCutterOptions& options) {
  const TextEncoding encoding = window->encoding();
  HEALIX_TRY(auto cutter, json::JsonCutter::Create(std::move(window),
                                                   {.record_bytes_max = options.record_bytes_max,
                                                    .opens = LooksLikeBundle,
                                                    .array_name = "entry"}));
  return std::unique_ptr<FhirSource>(new FhirJsonSource(std::move(cutter), encoding, options));
}

FhirJsonSource::FhirJsonSource(std::unique_ptr<json::JsonCutter> cutter, TextEncoding encoding,
                               const FhirCutterOptions& options)
    : cutter_(std::move(cutter)),
      encoding_(encoding),
      parser_({.depth_max = options.depth_max}),
      reserved_types_(options.reserved_types),
      envelope_(FhirSyntax::kJson, options.envelope_bytes_max) {}

Result<std::optional<FhirRecord>> FhirJsonSource::Next() {
  for (;;) {
    if (envelope_due_ || envelope_.IsFull()) {
      envelope_due_ = false;
      return std::optional(envelope_.TakePiece());
    }
    const auto next = cutter_->Next();
    const JsonPiece* const piece = next && *next ? &**next : nullptr;
    std::optional<FhirRecord> record = piece != nullptr ? Take(*piece) : std::nullopt;
    if (record) Account(*record);
    account_.envelope_bytes =
        cutter_->account().total_bytes() - account_.record_bytes - account_.rejected_bytes;
    if (!next) return next.error();
    if (record || piece == nullptr) return record;
  }
}

/// Everything that is neither a record nor rejected is envelope.
void FhirJsonSource::Account(const FhirRecord& record) {
  if (record.kind == FhirRecordKind::kRejected) {
    account_.rejected_bytes += record.length;
  } else {
    account_.record_bytes += record.length;
  }
}

std::optional<FhirRecord> FhirJsonSource::Take(const JsonPiece& piece) {
  switch (piece.kind) {
    case JsonPieceKind::kValue:
      return TakeValue(piece);
    case JsonPieceKind::kOpen:
      envelope_.Begin(piece.offset);
      members_.Begin();
      return std::nullopt;
    case JsonPieceKind::kMember:
      return TakeMember(piece);
    case JsonPieceKind::kElement:
      return TakeElement(piece);
    case JsonPieceKind::kClose:
      return TakeClose(piece);
    case JsonPieceKind::kRejected:
      return TakeCutOff(piece);
  }
  return std::nullopt;
}

FhirRecord FhirJsonSource::NewRecord(const JsonPiece& piece) const {
  FhirRecord record;
  record.offset = piece.offset;
  record.length = piece.length;
  record.bytes = piece.bytes;
  return record;
}

/// Takes what the cutter rejected; an entry that does not end may have taken good ones in.
FhirRecord FhirJsonSource::TakeCutOff(const JsonPiece& piece) {
  if (piece.rejection->error.code() == ErrorCode::kInputTruncated && cutter_->CanGiveBack(1)) {
    const auto parsed = parser_.Parse(piece.bytes);
    if (!parsed) return RejectEntry(piece, parsed.error());
  }
  return TakeRejected(piece);
}

FhirRecord FhirJsonSource::TakeRejected(const JsonPiece& piece) const {
  FhirRecord record = NewRecord(piece);
  record.kind = FhirRecordKind::kRejected;
  record.rejection = piece.rejection;
  return record;
}

Error FhirJsonSource::Locate(const Error& error, const JsonPiece& piece) const {
  return LocateIn(error, piece.offset, piece.bytes, encoding_);
}

FhirRecord FhirJsonSource::TakeValue(const JsonPiece& piece) {
  FhirRecord record = NewRecord(piece);
  const auto root = parser_.Parse(piece.bytes);
  if (!root) return Rejected(std::move(record), Locate(root.error(), piece));
  if (root->kind() != JsonKind::kObject) {
    return Rejected(std::move(record), NotAResource(piece.offset));
  }
  auto claimed = ReadIdentity(record.offset,
                              [&](std::string_view name) { return ViewOf(parser_.Field(name)); });
  if (!claimed) return Rejected(std::move(record), claimed.error());
  const Status identified = Identify(std::move(*claimed), reserved_types_, record);
  if (!identified) return Rejected(std::move(record), identified.error());
  if (record.resource_type == "Bundle" && parser_.Field("entry")) {
    return Rejected(std::move(record), HiddenBundle(piece.offset));
  }
  record.canonical = root->text();
  return record;
}

std::optional<FhirRecord> FhirJsonSource::TakeMember(const JsonPiece& piece) {
  wrapped_.assign("{").append(piece.bytes).append("}");
  const auto object = parser_.Parse(wrapped_);
  if (!object) return Rejected(NewRecord(piece), Locate(object.error(), piece));
  const auto fault = members_.Judge(object->text());
  if (fault) return Rejected(NewRecord(piece), Locate(*fault, piece));
  envelope_.AddMember(object->text().substr(1, object->text().size() - 2));
  return std::nullopt;
}

/// What was opened for the look of its entries should have said at its end that it is a Bundle; an
/// object that was abandoned has no end.
std::optional<FhirRecord> FhirJsonSource::TakeClose(const JsonPiece& piece) {
  envelope_due_ = true;
  if (piece.length == 0 || members_.has_resource_type()) return std::nullopt;
  FhirRecord record = NewRecord(piece);
  record.bytes = {};
  record.length = 0;
  return Rejected(std::move(record), NotAResource(piece.offset));
}

std::optional<FhirRecord> FhirJsonSource::TakeElement(const JsonPiece& piece) {
  const auto entry = parser_.Parse(piece.bytes);
  if (!entry) return RejectEntry(piece, entry.error());
  if (entry->kind() != JsonKind::kObject) {
    return Rejected(NewRecord(piece), NotAResource(piece.offset));
  }
  const auto resource = parser_.Field("resource");
  const std::string method = StringOf(parser_.Field("request", "method")).value_or("");
  const auto response =
      parser_.Field("response") ? EntryResponse::kPresent : EntryResponse::kAbsent;
  const std::string rest = resource ? WithoutResource(entry->text(), resource->value.text())
                                    : std::string(entry->text());
  if (HidesJsonResource(rest) || (!resource && !MayLackResource(method, response))) {
    return Rejected(NewRecord(piece), NotAnEntry(piece.offset));
  }
  envelope_.AddEntry(rest);
  if (method == "DELETE") return TakeDeletion(piece);
  if (resource) return TakeResource(piece, *resource);
  return std::nullopt;
}

/// Rejects an entry that does not parse, or only its own bytes when it took others in.
FhirRecord FhirJsonSource::RejectEntry(const JsonPiece& piece, const Error& error) {
  FhirRecord record = NewRecord(piece);
  const auto own_bytes = OwnBytes(piece.bytes, error);
  if (own_bytes && cutter_->CanGiveBack(*own_bytes)) {
    cutter_->GiveBack(*own_bytes);
    record.bytes = piece.bytes.substr(0, *own_bytes);
    record.length = SourceBytes(encoding_, record.bytes);
  } else if (piece.rejection) {
    return TakeRejected(piece);
  }
  return Rejected(std::move(record), Locate(error, piece));
}

void FhirJsonSource::TakeRequest(FhirRecord& record) const {
  record.full_url = StringOf(ViewOf(parser_.Field("fullUrl"))).value_or("");
  record.request_method = StringOf(parser_.Field("request", "method")).value_or("");
  record.request_url = StringOf(parser_.Field("request", "url")).value_or("");
  record.if_none_exist = StringOf(parser_.Field("request", "ifNoneExist")).value_or("");
}

FhirRecord FhirJsonSource::TakeResource(const JsonPiece& piece, const JsonField& resource) {
  FhirRecord record;
  record.bytes = piece.bytes.substr(resource.source_offset, resource.source_length);
  record.offset =
      piece.offset + SourceBytes(encoding_, piece.bytes.substr(0, resource.source_offset));
  record.length = SourceBytes(encoding_, record.bytes);
  TakeRequest(record);
  if (resource.value.kind() != JsonKind::kObject) {
    const Error error = NotAResource(record.offset);
    return Rejected(std::move(record), error);
  }
  auto claimed = ReadIdentity(
      record.offset, [&](std::string_view name) { return parser_.Field("resource", name); });
  if (!claimed) return Rejected(std::move(record), claimed.error());
  const Status identified = Identify(std::move(*claimed), reserved_types_, record);
  if (!identified) return Rejected(std::move(record), identified.error());
  record.canonical = resource.value.text();
  return record;
}

FhirRecord FhirJsonSource::TakeDeletion(const JsonPiece& piece) {
  FhirRecord record = NewRecord(piece);
  record.kind = FhirRecordKind::kTombstone;
  TakeRequest(record);
  record.last_updated_text = StringOf(parser_.Field("response", "lastModified")).value_or("");
  const Status identified = IdentifyDeleted(reserved_types_, record);
  if (!identified) return Rejected(std::move(record), identified.error());
  return record;
}

}  // namespace healix::formats::fhir
