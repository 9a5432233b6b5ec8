// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/ingest/quarantine.h"

#include "lakehouse/ingest/ledger_internal.h"
#include "lakehouse/ingest/quarantine_store_internal.h"

namespace healix::lakehouse::ingest {

using storage::records::Reader;

std::string_view Name(QuarantineExtent extent) {
  return extent == QuarantineExtent::kRest ? "rest" : "record";
}

Result<std::vector<QuarantineEntry>> ListQuarantine(const Parts& parts,
                                                    const QuarantineFilter& filter) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  HEALIX_TRY(const std::vector<QuarantinedRecord> found,
             parts.records.Read([&](Reader& reader) { return FindQuarantined(reader, filter); }));
  std::vector<QuarantineEntry> entries;
  for (const QuarantinedRecord& record : found) entries.push_back(record.entry);
  return entries;
}

Result<QuarantinedRecord> ShowQuarantine(const Parts& parts, QuarantineId id) {
  HEALIX_RETURN_IF_ERROR(MigrateIngest(parts.records));
  QuarantineFilter filter;
  filter.id = id;
  filter.state = QuarantineFilter::State::kAll;
  HEALIX_TRY(const std::vector<QuarantinedRecord> found,
             parts.records.Read([&](Reader& reader) { return FindQuarantined(reader, filter); }));
  if (found.empty()) {
    return MakeError(ErrorCode::kQuarantineNotFound, "there is no entry {}", id.value());
  }
  return found.front();
}

}  // namespace healix::lakehouse::ingest
