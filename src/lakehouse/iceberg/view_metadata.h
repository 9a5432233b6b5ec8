// SPDX-License-Identifier: Apache-2.0
#pragma once
/// @file Models view metadata v1, reads and prints its JSON.
/// Source   Iceberg view specification.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result/result.h"
#include "lakehouse/iceberg/metadata.h"

namespace healix::lakehouse::iceberg {

struct SqlRepresentation {
  std::string sql;
  std::string dialect;
  bool operator==(const SqlRepresentation&) const = default;
};

struct ViewVersion {
  std::int64_t version_id = 0;
  std::int32_t schema_id = 0;
  Timestamp timestamp;
  Properties summary;
  std::vector<SqlRepresentation> representations;  ///< at most one per dialect
  std::optional<std::string> default_catalog;
  std::vector<std::string> default_namespace;
  bool operator==(const ViewVersion&) const = default;
};

struct ViewLogEntry {
  Timestamp timestamp;
  std::int64_t version_id = 0;
  bool operator==(const ViewLogEntry&) const = default;
};

/// A view and its history. One that was parsed is consistent: the current version and the schema of
/// each version are there.
struct ViewMetadata {
  std::string view_uuid;
  std::string location;
  std::vector<Schema> schemas;
  std::int64_t current_version_id = 0;
  std::vector<ViewVersion> versions;
  std::vector<ViewLogEntry> version_log;
  Properties properties;

  const ViewVersion& CurrentVersion() const;
  bool operator==(const ViewMetadata&) const = default;
};

/// Errors   kMetadataInvalid, kMetadataUnsupported (a newer format version).
Result<ViewMetadata> ParseViewMetadata(std::string_view json);
std::string PrintViewMetadata(const ViewMetadata& view);

}  // namespace healix::lakehouse::iceberg
