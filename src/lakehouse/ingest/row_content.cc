// SPDX-License-Identifier: Apache-2.0
#include "base/time/instant.h"
#include "lakehouse/ingest/row_content_internal.h"

namespace healix::lakehouse::ingest {
namespace {

/// More than any setting lets in.
constexpr std::uint32_t kDepthMax = 1'000'000;

std::string MicrosOf(const std::string& instant) {
  const auto at = base::ParseInstant(instant);
  return at ? std::to_string(base::ToMicros(*at)) : "";
}

}  // namespace

RowContentReader::RowContentReader() : json_({.depth_max = kDepthMax}) {}

Result<RowContent> RowContentReader::Read(std::string_view format, std::string_view resource) {
  RowContent found;
  if (format == "xml") {
    HEALIX_TRY(const std::string_view canonical, xml_.Parse(resource));
    found.hash = base::Sha256Of(canonical);
    found.version_id = xml_.Value({"meta", "versionId"}).value_or("");
    found.last_updated = MicrosOf(xml_.Value({"meta", "lastUpdated"}).value_or(""));
    return found;
  }
  HEALIX_TRY(const auto view, json_.Parse(resource));
  // Composed rows have their own form, which is what is compared.
  found.hash = base::Sha256Of(format == "json" ? view.text() : resource);
  const auto text = [&](std::string_view name) {
    const auto member = json_.Field("meta", name);
    return member ? member->String().value_or("") : std::string();
  };
  found.version_id = text("versionId");
  found.last_updated = MicrosOf(text("lastUpdated"));
  return found;
}

}  // namespace healix::lakehouse::ingest
