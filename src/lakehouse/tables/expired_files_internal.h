// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Finds the files that nobody needs after snapshots were forgotten.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "lakehouse/iceberg/metadata.h"
#include "lakehouse/tables/metadata_files_internal.h"

namespace healix::lakehouse::tables {

/// Returns locations that `before` needs and `after`, which is `before` without the `expired`
/// snapshots (and perhaps with newer ones), doesn't: data, deletes, manifests and manifest lists.
/// Old snapshots that go in their order, the case of every commit, cost at most the reading of
/// their own manifest lists, after a plain append nothing; any other choice costs reading all
/// manifests. Example  ExpiredFilesTest.ShortWayAgreesWithTheLongWay
Result<std::set<std::string>> FindExpiredFiles(const iceberg::TableMetadata& before,
                                               const iceberg::TableMetadata& after,
                                               const std::set<std::int64_t>& expired,
                                               MetadataFiles& files);

/// Returns the metadata files that left the metadata log.
std::vector<std::string> ForgottenMetadataFiles(const iceberg::TableMetadata& before,
                                                const iceberg::TableMetadata& after);

}  // namespace healix::lakehouse::tables
