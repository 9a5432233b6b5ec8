// SPDX-License-Identifier: Apache-2.0
#include "formats/fhir/bundle_envelope_internal.h"

namespace healix::formats::fhir {
void BundleEnvelope::Begin(std::uint64_t bundle_offset) {
  bundle_offset_ = bundle_offset;
  part_ = 0;
  members_.clear();
  entries_.clear();
}

void BundleEnvelope::AddMember(std::string_view member) { Append(member, members_); }

void BundleEnvelope::AddEntry(std::string_view entry) { Append(entry, entries_); }

void BundleEnvelope::Append(std::string_view part, std::string& list) const {
  if (syntax_ == FhirSyntax::kJson && !list.empty()) list.push_back(',');
  list.append(part);
}

FhirRecord BundleEnvelope::TakePiece() {
  if (syntax_ == FhirSyntax::kXml) {
    text_ = "<Bundle>" + members_ + entries_ + "</Bundle>";
  } else {
    const std::string_view comma = members_.empty() || entries_.empty() ? "" : ",";
    text_ = "{" + members_;
    text_.append(comma);
    if (!entries_.empty()) text_.append("\"entry\":[").append(entries_).append("]");
    text_ += '}';
  }
  members_.clear();
  entries_.clear();
  FhirRecord record;
  record.kind = FhirRecordKind::kEnvelope;
  record.syntax = syntax_;
  record.resource_type = "Bundle";
  record.offset = bundle_offset_;
  record.bytes = text_;
  record.envelope_part = part_++;
  return record;
}

}  // namespace healix::formats::fhir
