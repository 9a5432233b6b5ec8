// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts FHIR JSON, NDJSON and XML, alone or in Bundles, into identified resources.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/io/byte_stream.h"
#include "base/result/findings.h"
#include "base/result/result.h"
#include "base/time/clock.h"
#include "formats/cutting/byte_account.h"
#include "formats/cutting/rejection.h"

namespace healix::formats::fhir {

enum class FhirSyntax : std::uint8_t { kJson, kXml };

/// What FhirCutter hands out.
enum class FhirRecordKind : std::uint8_t {
  kResource,   ///< a resource to keep
  kTombstone,  ///< a Bundle entry that deletes `resource_type`/`id`
  kEnvelope,   ///< a piece of a Bundle without its resources
  kRejected,   ///< bytes for the quarantine, with the reason
};

/// Where the id of a resource comes from.
enum class FhirIdOrigin : std::uint8_t {
  kResource,  ///< its own `id`
  kFullUrl,   ///< the uuid or last path segment of its entry's fullUrl
  kNone,      ///< it has none: the hash of its content must serve
};

/// Says how to cut.
struct FhirCutterOptions {
  std::optional<FhirSyntax> syntax;              ///< unset: by the first character that is no blank
  std::uint64_t record_bytes_max = 64ULL << 20;  ///< larger ones are rejected (kRecordTooLarge)
  std::uint32_t depth_max = 256;                 ///< deeper ones are rejected (kNestingTooDeep)
  std::uint64_t envelope_bytes_max = 1ULL
                                     << 20;  ///< size at which a piece of envelope is handed out
  /// Names in lower case that the caller needs for something else: no type is called so.
  std::vector<std::string> reserved_types;

  /// Errors   kInvalidArgument for a limit of 0 or a record_bytes_max of 4 GiB and more.
  Status Validate() const;
};

/// Tells whether a resource type can have this name: UpperCamel like all of FHIR,
/// `[A-Z][A-Za-z0-9]*` with a small letter, 64 characters at most, and none of `reserved` in any
/// case.
/// Example  FhirCutterTest.RejectsWhatIsNoTypeName
bool IsResourceTypeName(std::string_view name, const std::vector<std::string>& reserved = {});

/// One thing cut from the stream. Views live until the next call of Next().
/// PHI      everything but kind, syntax, offsets, resource_type and rejection.
struct FhirRecord {
  FhirRecordKind kind = FhirRecordKind::kResource;
  FhirSyntax syntax = FhirSyntax::kJson;

  std::string resource_type;  ///< `Patient`; of an envelope `Bundle`; "" when rejected unread
  std::string id;             ///< see id_origin; of a tombstone the id to delete
  FhirIdOrigin id_origin = FhirIdOrigin::kNone;
  std::string version_id;  ///< meta.versionId, "" when absent
  /// meta.lastUpdated as written; of a tombstone response.lastModified; "" when absent.
  std::string last_updated_text;
  std::optional<base::Timestamp> last_updated;  ///< the same as a time; unset when it is no instant

  std::string full_url;        ///< of the Bundle entry, "" outside of Bundles
  std::string request_method;  ///< `POST`, `PUT`, `DELETE` ..., "" when the entry has no request
  std::string request_url;
  std::string if_none_exist;

  /// First source byte and source bytes of: the resource itself, not its entry; the whole entry
  /// of a tombstone; the rejected range. Of an envelope: where its Bundle starts, and 0.
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  /// The bytes of that range as UTF-8 (for UTF-8 input: exactly those of the source); of a
  /// rejected one the first 64 KiB; of an envelope its text, see FhirCutter.
  std::string_view bytes;
  /// Equal for equal content: formats/json/json_document.h, formats/xml/xml_document.h say how.
  /// Only for kResource.
  std::string_view canonical;
  std::uint64_t envelope_part = 0;     ///< of an envelope: its number in its Bundle, from 0
  std::optional<Rejection> rejection;  ///< set exactly when kind is kRejected
  std::vector<Finding> warnings;       ///< kFhirIdUnusual, kFhirInstantInvalid; the record is good
};

class FhirSource;

/// Cuts a stream into resources, tombstones, envelopes and rejections, in source order and in
/// bounded memory: one record (or entry) and a buffer, whatever the size of Bundle, array or line.
///
/// Inputs: one resource; NDJSON; values one after the other; an array of resources; a Bundle of any
/// type, alone or several of them in any of these. Resources of a Bundle's entries are records; a
/// Bundle inside an entry is one record. An entry whose request is DELETE is a tombstone; another
/// without a resource is envelope when it asks for one (GET, HEAD) or answers (`response`), else
/// rejected, as are a resource where none belongs, an `entry` that is no array, and members of a
/// Bundle that stand twice (kJsonDuplicateKey). The envelope of a Bundle is handed out in pieces,
/// each a Bundle in the input's own syntax without resources but with every entry (fullUrl,
/// request, ...) in order; joined by envelope_part they are the Bundle without its resources.
/// Pieces are cut by size only, so that reading the same input again gives the same pieces.
///
/// What can't be a resource is rejected and reading goes on behind it: kJsonInvalid,
/// kJsonDuplicateKey, kUtf8Invalid, kXmlInvalid, kNestingTooDeep, kRecordTooLarge, kInputTruncated,
/// kFhirResourceInvalid (no object, or resourceType or id missing its form, or a conditional
/// DELETE; a Bundle whose resourceType is another, is missing, or comes too late to be seen). An
/// input that ends inside a Bundle ends with a rejection of length 0 at least. Owns     its
/// buffers; borrows the stream for its life. Threads  one at a time. Example
/// FhirCutterTest.CutsABundleIntoResourcesAndEnvelope
class FhirCutter final {
 public:
  /// Errors   those of Validate() and of the stream; kEncodingUnsupported.
  static Result<std::unique_ptr<FhirCutter>> Create(base::ByteStream& stream,
                                                    const FhirCutterOptions& options);
  ~FhirCutter();
  FhirCutter(const FhirCutter&) = delete;
  FhirCutter& operator=(const FhirCutter&) = delete;

  /// Returns the next record, nothing at the end.
  /// Errors   those of the stream (damage comes last: what lies before it is handed out first, what
  ///          it cut off is rejected); the cutter is of no use afterwards.
  Result<std::optional<FhirRecord>> Next();

  /// Where every source byte up to the last record belongs; complete once Next() returned nothing.
  const ByteAccount& account() const;

 private:
  explicit FhirCutter(std::unique_ptr<FhirSource> source);
  std::unique_ptr<FhirSource> source_;
};

}  // namespace healix::formats::fhir
