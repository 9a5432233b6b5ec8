// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/fhir_cutter.h"

#include <limits>

#include "formats/cutting/stream_window.h"
#include "formats/fhir/fhir_json_source_internal.h"
#include "formats/fhir/fhir_xml_source_internal.h"

namespace healix::formats::fhir {
namespace {

constexpr std::size_t kSniffBytesMax = std::size_t{64} << 10;

/// Finds the syntax by the first character that is no blank.
Result<FhirSyntax> SniffSyntax(StreamWindow& window) {
  for (;;) {
    const std::string_view text = window.text();
    const std::size_t at = text.find_first_not_of(" \t\r\n");
    if (at != std::string_view::npos) {
      return text[at] == '<' ? FhirSyntax::kXml : FhirSyntax::kJson;
    }
    if (text.size() >= kSniffBytesMax) return FhirSyntax::kJson;
    HEALIX_TRY(const bool more, window.More());
    if (!more) return FhirSyntax::kJson;
  }
}

Result<std::unique_ptr<FhirSource>> OpenSource(FhirSyntax syntax,
                                               std::unique_ptr<StreamWindow> window,
                                               const FhirCutterOptions& options) {
  if (syntax == FhirSyntax::kXml) {
    return FhirXmlSource::Create(std::move(window), options);
  }
  return FhirJsonSource::Create(std::move(window), options);
}

}  // namespace

Status FhirCutterOptions::Validate() const {
  constexpr std::uint64_t kRecordBytesEnd = std::numeric_limits<std::uint32_t>::max();
  if (record_bytes_max == 0 || record_bytes_max >= kRecordBytesEnd) {
    return MakeError(ErrorCode::kInvalidArgument, "record_bytes_max must be 1 to {}",
                     kRecordBytesEnd - 1);
  }
  if (depth_max == 0 || envelope_bytes_max == 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "depth_max and envelope_bytes_max must be over 0");
  }
  return {};
}

FhirCutter::FhirCutter(std::unique_ptr<FhirSource> source) : source_(std::move(source)) {}
FhirCutter::~FhirCutter() = default;

Result<std::unique_ptr<FhirCutter>> FhirCutter::Create(base::ByteStream& stream,
                                                       const FhirCutterOptions& options) {
  HEALIX_RETURN_IF_ERROR(options.Validate());
  auto window = std::make_unique<StreamWindow>(stream);
  HEALIX_RETURN_IF_ERROR(window->Open(std::nullopt));
  FhirSyntax syntax = FhirSyntax::kJson;
  if (options.syntax) {
    syntax = *options.syntax;
  } else {
    HEALIX_TRY(syntax, SniffSyntax(*window));
  }
  HEALIX_TRY(auto source, OpenSource(syntax, std::move(window), options));
  return std::unique_ptr<FhirCutter>(new FhirCutter(std::move(source)));
}

Result<std::optional<FhirRecord>> FhirCutter::Next() { return source_->Next(); }

const ByteAccount& FhirCutter::account() const { return source_->account(); }

}  // namespace healix::formats::fhir
