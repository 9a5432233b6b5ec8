// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <string>

#include "lakehouse/ingest/version_index_internal.h"

namespace healix::lakehouse::ingest {
namespace {

using storage::records::Reader;
using storage::records::Row;
using storage::records::RowBatch;
using storage::records::Transaction;
using storage::records::Value;

constexpr std::size_t kKeysPerQuery = 512;

Value ToValue(const VersionKey& key) { return storage::records::Bytes(key.text()); }

VersionKey KeyFrom(const Row& row) {
  VersionKey key;
  const std::string& bytes = row.Bytes(0);
  std::copy_n(bytes.data(), std::min(bytes.size(), key.bytes.size()), key.bytes.data());
  return key;
}

/// Returns the query for `count` keys; few texts, so that each is prepared once.
std::string FindSql(std::string_view table, std::size_t count) {
  std::string sql = "SELECT version FROM ";
  sql.append(table).append(" WHERE version IN (?");
  for (std::size_t i = 1; i < count; ++i) sql += ",?";
  return sql + ")";
}

/// The least and the greatest key that a version of the record can have.
std::vector<Value> RangeOf(const VersionKey& record) {
  VersionKey first = record;
  VersionKey last = record;
  std::fill(first.bytes.begin() + VersionKey::kRecordBytes, first.bytes.end(), '\0');
  std::fill(last.bytes.begin() + VersionKey::kRecordBytes, last.bytes.end(), '\xff');
  return {ToValue(first), ToValue(last)};
}

Result<VersionKeySet> FindIn(Reader& reader, std::string_view table,
                             const std::vector<VersionKey>& keys) {
  VersionKeySet stored;
  for (std::size_t begin = 0; begin < keys.size(); begin += kKeysPerQuery) {
    const std::size_t count = std::min(kKeysPerQuery, keys.size() - begin);
    std::vector<Value> parameters;
    parameters.reserve(std::bit_ceil(count));
    for (std::size_t i = 0; i < count; ++i) parameters.push_back(ToValue(keys[begin + i]));
    parameters.resize(std::bit_ceil(count), parameters.back());
    HEALIX_RETURN_IF_ERROR(
        reader.Each(FindSql(table, parameters.size()), parameters, [&](const Row& row) -> Status {
          stored.Insert(KeyFrom(row));
          return {};
        }));
  }
  return stored;
}

RowBatch BatchFor(std::string table, const std::vector<VersionKey>& keys) {
  std::vector<VersionKey> sorted = keys;  // neighbours in the index are written together
  std::sort(sorted.begin(), sorted.end());
  RowBatch batch;
  batch.table = std::move(table);
  batch.columns = {"version"};
  batch.values.reserve(sorted.size());
  for (const VersionKey& key : sorted) batch.values.push_back(ToValue(key));
  return batch;
}

}  // namespace

Result<VersionKeySet> FindStored(Reader& reader, const std::vector<VersionKey>& keys) {
  return FindIn(reader, "ingest_versions", keys);
}

Result<VersionKeySet> FindMarked(Reader& reader, const std::vector<VersionKey>& keys) {
  return FindIn(reader, "ingest_deleted_versions", keys);
}

Result<bool> HasMarks(Reader& reader) {
  HEALIX_TRY(const auto row,
             reader.QueryFirst("SELECT version FROM ingest_deleted_versions LIMIT 1", {}));
  return row.has_value();
}

Result<StoredVersions> FindVersions(Reader& reader, const VersionKey& record) {
  StoredVersions found;
  HEALIX_RETURN_IF_ERROR(
      reader.Each("SELECT v.version, d.version FROM ingest_versions v "
                  "LEFT JOIN ingest_deleted_versions d ON d.version = v.version "
                  "WHERE v.version >= ? AND v.version <= ? ORDER BY v.version",
                  RangeOf(record), [&](const Row& row) -> Status {
                    found.is_known = true;
                    if (row.IsNull(1)) found.unmarked.push_back(KeyFrom(row));
                    return {};
                  }));
  return found;
}

Result<bool> HasRecord(Reader& reader, const VersionKey& key) {
  HEALIX_TRY(const auto row, reader.QueryFirst("SELECT version FROM ingest_versions "
                                               "WHERE version >= ? AND version <= ? LIMIT 1",
                                               RangeOf(key)));
  return row.has_value();
}

Status InsertVersions(Transaction& transaction, const std::vector<VersionKey>& keys) {
  if (keys.empty()) return {};
  HEALIX_TRY(const std::vector<bool> is_new,
             transaction.InsertIgnore(BatchFor("ingest_versions", keys)));
  if (std::find(is_new.begin(), is_new.end(), false) != is_new.end()) {
    return MakeError(ErrorCode::kRecordsConflict, "another ingest has taken in the same records");
  }
  return {};
}

Status InsertMarks(Transaction& transaction, const std::vector<VersionKey>& keys) {
  if (keys.empty()) return {};
  const auto inserted = transaction.InsertIgnore(BatchFor("ingest_deleted_versions", keys));
  return inserted ? Status() : Status(inserted.error());
}

}  // namespace healix::lakehouse::ingest
