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

/// Returns the query for `count` keys; few texts, so that each is prepared once.
std::string FindSql(std::size_t count) {
  std::string sql = "SELECT version FROM ingest_versions WHERE version IN (?";
  for (std::size_t i = 1; i < count; ++i) sql += ",?";
  return sql + ")";
}

}  // namespace

Result<VersionKeySet> FindStored(Reader& reader, const std::vector<VersionKey>& keys) {
  VersionKeySet stored;
  for (std::size_t begin = 0; begin < keys.size(); begin += kKeysPerQuery) {
    const std::size_t count = std::min(kKeysPerQuery, keys.size() - begin);
    std::vector<Value> parameters;
    parameters.reserve(std::bit_ceil(count));
    for (std::size_t i = 0; i < count; ++i) parameters.push_back(ToValue(keys[begin + i]));
    parameters.resize(std::bit_ceil(count), parameters.back());
    HEALIX_RETURN_IF_ERROR(
        reader.Each(FindSql(parameters.size()), parameters, [&](const Row& row) -> Status {
          VersionKey key;
          const std::string& bytes = row.Bytes(0);
          std::copy_n(bytes.data(), std::min(bytes.size(), key.bytes.size()), key.bytes.data());
          stored.Insert(key);
          return {};
        }));
  }
  return stored;
}

Result<bool> HasRecord(Reader& reader, const VersionKey& key) {
  VersionKey first = key;
  VersionKey last = key;
  std::fill(first.bytes.begin() + VersionKey::kRecordBytes, first.bytes.end(), '\0');
  std::fill(last.bytes.begin() + VersionKey::kRecordBytes, last.bytes.end(), '\xff');
  HEALIX_TRY(const auto row, reader.QueryFirst("SELECT version FROM ingest_versions "
                                               "WHERE version >= ? AND version <= ? LIMIT 1",
                                               {ToValue(first), ToValue(last)}));
  return row.has_value();
}

Status InsertVersions(Transaction& transaction, const std::vector<VersionKey>& keys) {
  if (keys.empty()) return {};
  std::vector<VersionKey> sorted = keys;  // neighbours in the index are written together
  std::sort(sorted.begin(), sorted.end());
  RowBatch batch;
  batch.table = "ingest_versions";
  batch.columns = {"version"};
  batch.values.reserve(sorted.size());
  for (const VersionKey& key : sorted) batch.values.push_back(ToValue(key));
  HEALIX_TRY(const std::vector<bool> is_new, transaction.InsertIgnore(batch));
  if (std::find(is_new.begin(), is_new.end(), false) != is_new.end()) {
    return MakeError(ErrorCode::kRecordsConflict, "another ingest has taken in the same records");
  }
  return {};
}

}  // namespace healix::lakehouse::ingest
