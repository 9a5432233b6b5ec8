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

/// The versions of one record.
struct StoredVersions {
  bool is_known = false;             ///< there is one
  std::vector<VersionKey> unmarked;  ///< those that no deletion came behind, in order
};
Result<StoredVersions> FindVersions(storage::records::Reader& reader, const VersionKey& record);

/// Tells whether a deletion came behind any version.
Result<bool> HasMarks(storage::records::Reader& reader);
/// Returns those of `keys` that a deletion came behind.
Result<VersionKeySet> FindMarked(storage::records::Reader& reader,
                                 const std::vector<VersionKey>& keys);
/// Notes that a deletion came behind these versions.
Status InsertMarks(storage::records::Transaction& transaction, const std::vector<VersionKey>& keys);

/// Adds keys. Errors kRecordsConflict when one is there already: another ingest was faster.
Status InsertVersions(storage::records::Transaction& transaction,
                      const std::vector<VersionKey>& keys);

}  // namespace healix::lakehouse::ingest
