// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts FHIR JSON.

#include <memory>
#include <optional>

#include "formats/cutting/stream_window.h"
#include "formats/fhir/bundle_envelope_internal.h"
#include "formats/fhir/bundle_rules_internal.h"
#include "formats/fhir/fhir_source_internal.h"
#include "formats/json/json_cutter.h"
#include "formats/json/json_parser.h"

namespace healix::formats::fhir {

/// Turns the pieces of a JsonCutter into FHIR records.
/// Owns     window, cutter, parser and the envelope in work.
/// Threads  one at a time.
class FhirJsonSource final : public FhirSource {
 public:
  /// Takes a window that is open and stands at the front of the text.
  /// Errors   those of the stream.
  static Result<std::unique_ptr<FhirSource>> Create(std::unique_ptr<StreamWindow> window,
                                                    const FhirCutterOptions& options);

  Result<std::optional<FhirRecord>> Next() override;
  const ByteAccount& account() const override { return account_; }

 private:
  FhirJsonSource(std::unique_ptr<json::JsonCutter> cutter, TextEncoding encoding,
                 const FhirCutterOptions& options);

  std::optional<FhirRecord> Take(const json::JsonPiece& piece);
  FhirRecord TakeValue(const json::JsonPiece& piece);
  std::optional<FhirRecord> TakeElement(const json::JsonPiece& piece);
  std::optional<FhirRecord> TakeMember(const json::JsonPiece& piece);
  std::optional<FhirRecord> TakeClose(const json::JsonPiece& piece);
  FhirRecord TakeResource(const json::JsonPiece& piece, const json::JsonField& resource);
  FhirRecord TakeDeletion(const json::JsonPiece& piece);
  FhirRecord RejectEntry(const json::JsonPiece& piece, const Error& error);
  FhirRecord TakeCutOff(const json::JsonPiece& piece);
  FhirRecord TakeRejected(const json::JsonPiece& piece) const;
  void TakeRequest(FhirRecord& record) const;

  FhirRecord NewRecord(const json::JsonPiece& piece) const;
  Error Locate(const Error& error, const json::JsonPiece& piece) const;
  void Account(const FhirRecord& record);

  std::unique_ptr<json::JsonCutter> cutter_;
  TextEncoding encoding_;
  json::JsonParser parser_;
  const std::vector<std::string> reserved_types_;
  BundleEnvelope envelope_;
  BundleMembers members_;
  bool envelope_due_ = false;
  std::string wrapped_;  // a member as an object of its own
  ByteAccount account_;
};

}  // namespace healix::formats::fhir
