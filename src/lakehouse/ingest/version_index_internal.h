// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds and adds versions in the key index of the record store.

#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/ingest/version_key_set_internal.h"
#include "storage/records/store.h"

namespace healix::lakehouse::ingest {

/// Returns those of `keys` that are stored.
Result<VersionKeySet> FindStored(storage::records::Reader& reader,
                                 const std::vector<VersionKey>& keys);

/// Tells whether any version of the record is stored.
Result<bool> HasRecord(storage::records::Reader& reader, const VersionKey& key);

/// Adds keys. Errors kRecordsConflict when one is there already: another ingest was faster.
Status InsertVersions(storage::records::Transaction& transaction,
                      const std::vector<VersionKey>& keys);

}  // namespace healix::lakehouse::ingest
