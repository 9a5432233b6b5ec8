// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Cuts FHIR XML.

#include <memory>
#include <optional>
#include <string>

#include "formats/cutting/stream_window.h"
#include "formats/fhir/bundle_envelope_internal.h"
#include "formats/fhir/fhir_source_internal.h"
#include "formats/xml/xml_cutter.h"
#include "formats/xml/xml_parser.h"

namespace healix::formats::fhir {

/// Turns the pieces of an XmlCutter into FHIR records.
/// Owns     window, cutter, parser and the envelope in work.
/// Threads  one at a time.
class FhirXmlSource final : public FhirSource {
 public:
  /// Takes a window that is open and stands at the front of the text.
  /// Errors   those of the stream; kEncodingUnsupported.
  static Result<std::unique_ptr<FhirSource>> Create(std::unique_ptr<StreamWindow> window,
                                                    const FhirCutterOptions& options);

  Result<std::optional<FhirRecord>> Next() override;
  const ByteAccount& account() const override { return account_; }

 private:
  FhirXmlSource(std::unique_ptr<xml::XmlCutter> cutter, const FhirCutterOptions& options);

  std::optional<FhirRecord> Take(const xml::XmlPiece& piece);
  std::optional<FhirRecord> TakeChild(const xml::XmlPiece& piece);
  std::optional<FhirRecord> TakeEntry(const xml::XmlPiece& piece);
  bool HoldsOnly(std::string_view child, std::string_view resource);
  FhirRecord TakeResource(FhirRecord record);
  FhirRecord NewRecord(const xml::XmlPiece& piece) const;

  std::unique_ptr<xml::XmlCutter> cutter_;
  xml::XmlParser parser_;
  const std::vector<std::string> reserved_types_;
  BundleEnvelope envelope_;
  bool envelope_due_ = false;
  std::string remainder_;  // an entry without its resource
  ByteAccount account_;
};

}  // namespace healix::formats::fhir
