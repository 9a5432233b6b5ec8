// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Decides whether a change that was computed from one state still holds on a newer one.

#include "lakehouse/tables/commit_request.h"
#include "lakehouse/tables/metadata_files_internal.h"

namespace healix::lakehouse::tables {

/// Checks one operation that was computed from `base` against `head`, a later state of the same
/// table. That removed files are live is checked where they are removed (SnapshotEditor).
/// Source   Iceberg's rules for concurrent commits; see architecture, "Commit rules".
/// Errors   kCommitConflict, and those of reading manifests.
/// Example  ConflictCheckTest.ADeleteConflictsWithALaterDeleteOfTheSameFile
Status CheckStillHolds(const Operation& operation, const TableSnapshot& base,
                       const iceberg::TableMetadata& head, MetadataFiles& files);

}  // namespace healix::lakehouse::tables
