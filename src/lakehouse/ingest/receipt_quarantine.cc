// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <unordered_map>

#include "lakehouse/ingest/ledger_claims_internal.h"
#include "lakehouse/ingest/quarantine_store_internal.h"
#include "lakehouse/ingest/receipt_quarantine_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using CountByPlace = std::unordered_map<base::Sha256Digest, std::uint64_t, DigestHash>;

constexpr std::size_t kPageEntries = 256;  ///< with at most 64 KiB each

/// Entries are found by source and content of their file, which may have had other places.
base::Sha256Digest PlaceOf(const std::string& source, const std::string& file_sha256,
                           const std::string& type) {
  return PairHash(source + '\n' + file_sha256, type);
}

/// The file on disk of `path!member`.
std::string OnDisk(const std::string& file) { return file.substr(0, file.find('!')); }

/// Counts what a receipt tells of. A file that lay at several places stands there several times,
/// with the same entries.
CountByPlace ToldIn(const Receipt& receipt) {
  std::map<std::string, CountByPlace> by_file;
  for (const FileAccount& file : receipt.files) {
    for (const auto& [type, counts] : file.types) {
      if (counts.quarantined == 0) continue;
      by_file[OnDisk(file.file)][PlaceOf(file.source, file.sha256, type)] += counts.quarantined;
    }
  }
  CountByPlace told;
  for (const auto& [file, counts] : by_file) {
    for (const auto& [place, count] : counts) told[place] = std::max(told[place], count);
  }
  return told;
}

Error Changed(const QuarantineEntry& entry) {
  return MakeError(ErrorCode::kReceiptMismatch, "quarantine entry {} is not what was put there",
                   entry.id.value())
      .At({entry.file, entry.offset, entry.line});
}

bool IsWhole(const QuarantinedRecord& record) {
  return record.entry.extent == QuarantineExtent::kRecord &&
         record.kept.size() == record.entry.length;
}

/// Takes the entries of those places off the counts, and looks at their bytes.
Status TakeOff(const Parts& parts, CountByPlace& told) {
  QuarantineFilter filter;
  filter.state = QuarantineFilter::State::kAll;
  filter.limit = kPageEntries;
  while (true) {
    HEALIX_TRY(const std::vector<QuarantinedRecord> page,
               parts.records.Read([&](storage::records::Reader& reader) {
                 return FindQuarantined(reader, filter);
               }));
    if (page.empty()) return {};
    for (const QuarantinedRecord& record : page) {
      const QuarantineEntry& entry = record.entry;
      const auto at = told.find(PlaceOf(entry.source, entry.file_sha256, entry.type));
      if (at == told.end()) continue;
      if (at->second > 0) --at->second;
      const bool is_changed =
          IsWhole(record) && base::Sha256Of(record.kept).ToHex() != entry.sha256;
      if (is_changed) return Changed(entry);
    }
    filter.after = page.back().entry.id;
  }
}

}  // namespace

Result<std::uint64_t> CheckQuarantine(const Parts& parts, const Receipt& receipt) {
  CountByPlace missing = ToldIn(receipt);
  if (missing.empty()) return receipt.totals.quarantined;
  HEALIX_RETURN_IF_ERROR(TakeOff(parts, missing));
  for (const FileAccount& file : receipt.files) {
    for (const auto& [type, counts] : file.types) {
      const auto at = missing.find(PlaceOf(file.source, file.sha256, type));
      if (counts.quarantined == 0 || at->second == 0) continue;
      return MakeError(ErrorCode::kReceiptMismatch, "{} items of the file are not in quarantine",
                       at->second)
          .At({file.file, {}, {}});
    }
  }
  return receipt.totals.quarantined;
}

}  // namespace healix::lakehouse::ingest
