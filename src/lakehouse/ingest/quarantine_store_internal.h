// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Keeps quarantined records in the record store.

#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/quarantine.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Adds an entry; its id is given by the store. An open one for the rest of the same file gets the
/// new place and reason instead.
Status SaveQuarantined(storage::records::Transaction& transaction, const QuarantinedRecord& record);

/// An entry that was tried again and stays, and why.
struct RetriedEntry {
  QuarantineId id;
  ErrorCode code;
};
Status SaveReasons(storage::records::Transaction& transaction,
                   const std::vector<RetriedEntry>& entries);

/// Notes that `ingest` has taken the entries in.
/// Errors   kRecordsConflict when one is resolved already.
Status ResolveQuarantined(storage::records::Transaction& transaction,
                          const std::vector<QuarantineId>& ids, const IngestId& ingest);

/// Returns the highest id that was given; 0 when there is none.
Result<QuarantineId> LastQuarantineId(storage::records::Reader& reader);

/// Returns open entries that a file read later may answer (superseded_internal.h), oldest first.
Result<std::vector<QuarantineEntry>> FindAnswerable(storage::records::Reader& reader,
                                                    std::size_t limit);

/// Selects entries with what was kept of them, oldest first.
Result<std::vector<QuarantinedRecord>> FindQuarantined(storage::records::Reader& reader,
                                                       const QuarantineFilter& filter);

}  // namespace healix::lakehouse::ingest
