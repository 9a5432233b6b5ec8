// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/bundle_envelope_internal.h"

namespace healix::formats::fhir {
namespace {

constexpr std::string_view kResourceName = "\"resource\":";

void Separate(std::string& list) {
  if (!list.empty()) list.push_back(',');
}

}  // namespace

void BundleEnvelope::Begin(std::uint64_t bundle_offset) {
  bundle_offset_ = bundle_offset;
  part_ = 0;
  members_.clear();
  entries_.clear();
}

void BundleEnvelope::AddMember(std::string_view object) {
  Separate(members_);
  members_.append(object.substr(1, object.size() - 2));
}

void BundleEnvelope::AddEntry(std::string_view entry, std::string_view resource) {
  Separate(entries_);
  if (resource.empty()) {
    entries_.append(entry);
    return;
  }
  const auto value = static_cast<std::size_t>(resource.data() - entry.data());
  std::string_view before = entry.substr(0, value - kResourceName.size());
  std::string_view behind = entry.substr(value + resource.size());
  if (behind.front() == ',') {
    behind.remove_prefix(1);
  } else if (before.back() == ',') {
    before.remove_suffix(1);
  }
  entries_.append(before).append(behind);
}

FhirRecord BundleEnvelope::TakePiece() {
  text_ = "{" + members_;
  if (!members_.empty() && !entries_.empty()) text_ += ',';
  if (!entries_.empty()) text_.append("\"entry\":[").append(entries_).append("]");
  text_ += '}';
  members_.clear();
  entries_.clear();
  FhirRecord record;
  record.kind = FhirRecordKind::kEnvelope;
  record.syntax = FhirSyntax::kJson;
  record.resource_type = "Bundle";
  record.offset = bundle_offset_;
  record.bytes = text_;
  record.envelope_part = part_++;
  return record;
}

}  // namespace healix::formats::fhir
