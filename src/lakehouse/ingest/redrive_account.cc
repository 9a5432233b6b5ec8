// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lakehouse/ingest/redrive_account_internal.h"

namespace healix::lakehouse::ingest {
namespace {

void TakeBackFrom(FileAccount& account, const QuarantineEntry& item) {
  const auto counts = account.types.find(item.type);
  if (counts == account.types.end() || counts->second.quarantined == 0) return;
  --counts->second.quarantined;
  if (counts->second == RecordCounts()) account.types.erase(counts);
  const auto reason = account.reasons.find(item.code);
  if (reason != account.reasons.end() && --reason->second == 0) account.reasons.erase(reason);
  account.bytes.quarantined -= std::min(account.bytes.quarantined, item.length);
}

template <typename Counts, typename Told>
void Subtract(Counts& counts, const Told& told) {
  for (const auto& [name, count] : told) {
    const auto at = counts.find(name);
    if (at == counts.end()) continue;
    at->second -= count;
    if (at->second == typename Counts::mapped_type()) counts.erase(at);
  }
}

}  // namespace

void TakeBack(LedgerEntry& entry, const QuarantineEntry& item) {
  TakeBackFrom(entry.account, item);
  if (entry.receipted) TakeBackFrom(*entry.receipted, item);
}

void PutBack(FileAccount& account, const QuarantineEntry& item, ErrorCode code) {
  ++account.types[item.type].quarantined;
  ++account.reasons[std::string(Name(code))];
  account.bytes.quarantined += item.length;
}

void Reopen(LedgerEntry& entry, const QuarantineEntry& damage) {
  if (!entry.is_complete || entry.account.error.empty()) return;
  TakeBack(entry, damage);
  entry.is_complete = false;
  entry.account.error.clear();
  --entry.items_done;
}

FileAccount NewSince(const LedgerEntry& entry) {
  FileAccount fresh = entry.account;
  if (!entry.receipted) return fresh;
  const FileAccount& told = *entry.receipted;
  Subtract(fresh.types, told.types);
  Subtract(fresh.reasons, told.reasons);
  fresh.bytes -= told.bytes;
  std::erase_if(fresh.ingests, [&](const std::string& ingest) {
    return std::find(told.ingests.begin(), told.ingests.end(), ingest) != told.ingests.end();
  });
  return fresh;
}

}  // namespace healix::lakehouse::ingest
